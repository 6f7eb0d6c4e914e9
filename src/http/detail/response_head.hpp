#pragma once
// The head of a response, read strictly (RFC 9112, section 4).

#include <string_view>

#include "http/detail/fields.hpp"
#include "http/detail/head_scanner.hpp"
#include "http/limits.hpp"
#include "model/message.hpp"

namespace skep::http::detail {

struct ResponseHead {
    model::Response response;  // without body; hop-by-hop and framing fields are taken out
    BodyFraming framing;
    bool keep_alive = true;
};

HeadBounds bounds_of(const ClientLimits& limits);

// Reads `head`, as found by a HeadScanner, of the answer to a request with `method`. A head with
// status 1xx has no body and does not end the exchange. The Content-Length of an answer without
// body (HEAD, 304) stays in its headers.
Parsed<ResponseHead> parse_response_head(std::string_view head, std::size_t first_line_size, std::string_view method,
                                         const ClientLimits& limits);

}  // namespace skep::http::detail
