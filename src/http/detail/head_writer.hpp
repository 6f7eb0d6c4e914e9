#pragma once
// Heads, written from the model. Nothing received is copied unchecked: a name or value that could
// split a message is refused.

#include <optional>
#include <string>
#include <string_view>

#include "http/detail/fault.hpp"
#include "http/detail/fields.hpp"
#include "model/message.hpp"

namespace skep::http::detail {

// What decides a response's frame beside the response.
struct ResponseShape {
    bool to_head = false;  // answers a HEAD
    bool to_http_1_0 = false;
    bool keep_alive = true;
    std::string_view date;  // RFC 9110, section 5.6.7
};

// Framing of `response`: none, a length, chunked, or until close (HTTP/1.0, length unknown).
BodyFraming framing_of(const model::Response& response, const ResponseShape& shape);

// Appends the head of `response`. On a fault, what was appended is to be thrown away.
Parsed<> write_response_head(const model::Response& response, const BodyFraming& framing, const ResponseShape& shape,
                             std::string& out);

BodyFraming framing_of(const model::Request& request);

// Appends the head of `request`. On a fault, what was appended is to be thrown away.
Parsed<> write_request_head(const model::Request& request, const BodyFraming& framing, std::string& out);

// Appends what follows the last chunk: trailers and the empty line. A trailer that is faulty, or may be
// none, is left out.
void write_trailers(const model::Headers* trailers, std::string& out);

// The reason phrase of `status`, for readers of the wire; empty where there is none.
std::string_view phrase_of(int status);

}  // namespace skep::http::detail
