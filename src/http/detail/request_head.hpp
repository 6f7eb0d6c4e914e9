#pragma once
// The head of a request, read strictly (RFC 9112, section 3).

#include <string_view>

#include "http/detail/fields.hpp"
#include "http/detail/head_scanner.hpp"
#include "http/limits.hpp"
#include "model/message.hpp"

namespace skep::http::detail {

struct RequestHead {
    model::Request request;  // without body; hop-by-hop and framing fields are taken out
    BodyFraming framing;
    bool is_http_1_0 = false;
    bool keep_alive = true;
    bool expects_continue = false;
};

// How long a head may become before it is refused.
HeadBounds bounds_of(const ServerLimits& limits);

// Whether `line`, with its CRLF, can begin a request.
Parsed<> check_request_line(std::string_view line, const ServerLimits& limits);

// Reads `head`, as found by a HeadScanner: `first_line_size` bytes of request line, then fields,
// then the empty line.
Parsed<RequestHead> parse_request_head(std::string_view head, std::size_t first_line_size, const ServerLimits& limits);

}  // namespace skep::http::detail
