#include "http/detail/head_writer.hpp"

#include <algorithm>
#include <charconv>

#include "http/detail/syntax.hpp"
#include "model/field_roles.hpp"

namespace skep::http::detail {
namespace {

using Kind = BodyFraming::Kind;

void append_number(std::uint64_t number, std::string& out) {
    char digits[20];
    const auto end = std::to_chars(digits, digits + sizeof(digits), number).ptr;
    out.append(digits, end);
}

bool is_writable(const model::Headers::Field& field) {
    return is_token(field.name) && is_all(field.value, kValue);
}

void append_field(std::string_view name, std::string_view value, std::string& out) {
    out.append(name).append(": ").append(value).append("\r\n");
}

Parsed<> append_fields(const model::Headers& headers, std::string& out) {
    const std::vector<std::string> named = names_in_connection(headers);
    for (const auto field : headers) {
        if (is_hop_by_hop(field.name) || std::ranges::find(named, field.name) != named.end())
            continue;
        if (!is_writable(field))
            return malformed("a field has a character that is not allowed");
        append_field(field.name, field.value, out);
    }
    return {};
}

void append_framing(const BodyFraming& framing, std::string& out) {
    if (framing.kind == Kind::chunked)
        append_field("transfer-encoding", "chunked", out);
    if (framing.kind != Kind::length)
        return;
    out.append("content-length: ");
    append_number(framing.length, out);
    out.append("\r\n");
}

bool is_without_body(int status) {
    return status == 204 || status == 304;
}

// The one Content-Length that a handler or caller has set, where it is a number.
std::optional<std::uint64_t> stated_length(const model::Headers& headers) {
    const std::string_view text = headers.get("content-length");
    if (text.empty() || text.size() > 18 || !is_all(text, kDigit) || headers.count("content-length") > 1)
        return std::nullopt;
    std::uint64_t length = 0;
    std::from_chars(text.data(), text.data() + text.size(), length);
    return length;
}

std::optional<std::uint64_t> length_of(const model::Body& body, const model::Headers& headers) {
    const auto length = body.length();
    return length || !body.is_stream() ? length : stated_length(headers);
}

}  // namespace

BodyFraming framing_of(const model::Response& response, const ResponseShape& shape) {
    if (is_without_body(response.status))
        return {};
    // The body of a HEAD's response is not sent; an empty one says nothing of what GET would give.
    const bool is_unknown = shape.to_head && response.body.is_empty();
    const auto length = is_unknown ? stated_length(response.headers) : length_of(response.body, response.headers);
    if (length)
        return {.kind = Kind::length, .length = *length};
    if (is_unknown)
        return {};
    return {.kind = shape.to_http_1_0 ? Kind::until_close : Kind::chunked};
}

Parsed<> write_response_head(const model::Response& response, const BodyFraming& framing, const ResponseShape& shape,
                             std::string& out) {
    if (response.status < 200 || response.status > 599)
        return malformed("the status is not between 200 and 599");
    out.append("HTTP/1.1 ");
    append_number(static_cast<std::uint64_t>(response.status), out);
    out.append(" ").append(phrase_of(response.status)).append("\r\n");
    if (auto appended = append_fields(response.headers, out); !appended)
        return appended;
    if (!response.headers.contains("date"))
        append_field("date", shape.date, out);
    append_framing(framing, out);
    if (!shape.keep_alive)
        append_field("connection", "close", out);
    else if (shape.to_http_1_0)
        append_field("connection", "keep-alive", out);
    out.append("\r\n");
    return {};
}

BodyFraming framing_of(const model::Request& request) {
    if (request.body.is_empty()) {
        const bool expects_body = request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
        return expects_body ? BodyFraming{.kind = Kind::length, .length = 0} : BodyFraming{};
    }
    if (const auto length = length_of(request.body, request.headers))
        return {.kind = Kind::length, .length = *length};
    return {.kind = Kind::chunked};
}

Parsed<> write_request_head(const model::Request& request, const BodyFraming& framing, std::string& out) {
    if (!is_token(request.method) || request.method == "CONNECT")
        return malformed("the method is not valid");
    const bool is_asterisk = request.target == "*" && request.method == "OPTIONS";
    if (!is_asterisk && (!request.target.starts_with('/') || !is_all(request.target, kTarget)))
        return malformed("the request target is not valid");
    if (!is_authority(request.authority))
        return malformed("the authority is not valid");
    out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
    append_field("host", request.authority, out);
    if (auto appended = append_fields(request.headers, out); !appended)
        return appended;
    append_framing(framing, out);
    out.append("\r\n");
    return {};
}

void write_trailers(const model::Headers* trailers, std::string& out) {
    if (trailers != nullptr) {
        for (const auto field : *trailers) {
            if (is_writable(field) && model::may_be_trailer(field.name))
                append_field(field.name, field.value, out);
        }
    }
    out.append("\r\n");
}

}  // namespace skep::http::detail
