#include "http/detail/response_head.hpp"

#include "http/detail/syntax.hpp"

namespace skep::http::detail {
namespace {

constexpr std::size_t kLongestStatusLine = 1024;

struct StatusLine {
    int status = 0;
    bool is_http_1_0 = false;
};

// "HTTP/1.1 200 OK" without its CRLF; the reason and the space before it may be missing.
Parsed<StatusLine> read_status_line(std::string_view line) {
    const bool is_1_0 = line.starts_with("HTTP/1.0 ");
    if (!is_1_0 && !line.starts_with("HTTP/1.1 "))
        return malformed("the status line has no valid version");
    const std::string_view rest = line.substr(9);
    if (span_of(rest, kDigit) != 3 || (rest.size() > 3 && rest[3] != ' ') || !is_all(rest.substr(3), kValue))
        return malformed("the status line has no valid status");
    const int status = (rest[0] - '0') * 100 + (rest[1] - '0') * 10 + (rest[2] - '0');
    if (status < 100 || status > 599)
        return malformed("the status is out of range");
    return StatusLine{status, is_1_0};
}

bool has_no_body(int status, std::string_view method) {
    return method == "HEAD" || status < 200 || status == 204 || status == 304;
}

BodyFraming framing_of(const FrameFields& frame, int status, std::string_view method) {
    using Kind = BodyFraming::Kind;
    if (has_no_body(status, method))
        return {};
    if (frame.chunked)
        return {.kind = Kind::chunked};
    if (!frame.has_length)
        return {.kind = Kind::until_close};
    return {.kind = frame.length > 0 ? Kind::length : Kind::none, .length = frame.length};
}

Parsed<> finish(ResponseHead& head, const StatusLine& line, std::string_view method) {
    const auto frame = read_frame_fields(head.response.headers);
    if (!frame)
        return std::unexpected(frame.error());
    if (frame->chunked && (line.is_http_1_0 || line.status == 204 || line.status < 200))
        return malformed("Transfer-Encoding stands where it must not");
    if (frame->length > 0 && line.status < 200)
        return malformed("Content-Length stands in an interim response");
    const bool may_mean_a_body = line.status == 204 && frame->length > 0;
    head.framing = framing_of(*frame, line.status, method);
    head.keep_alive = !frame->close && !may_mean_a_body && (!line.is_http_1_0 || frame->keep_alive) &&
                      head.framing.kind != BodyFraming::Kind::until_close;
    head.response.status = line.status;
    strip_hop_by_hop(head.response.headers);
    if (frame->has_length && (method == "HEAD" || line.status == 304))
        head.response.headers.add("content-length", std::to_string(frame->length));
    return {};
}

}  // namespace

HeadBounds bounds_of(const ClientLimits& limits) {
    return {.first_line = kLongestStatusLine, .block = limits.header_block};
}

Parsed<ResponseHead> parse_response_head(std::string_view head, std::size_t first_line_size, std::string_view method,
                                         const ClientLimits& limits) {
    const auto line = read_status_line(head.substr(0, first_line_size - 2));
    if (!line)
        return std::unexpected(line.error());
    const std::string_view block = head.substr(first_line_size, head.size() - first_line_size - 2);
    const FieldRules rules{limits.fields, limits.header_block, true};
    Parsed<ResponseHead> parsed(std::in_place);
    parsed->response.headers.reserve(16, block.size());
    if (auto fields = parse_fields(block, rules, parsed->response.headers); !fields)
        return std::unexpected(fields.error());
    if (auto finished = finish(*parsed, *line, method); !finished)
        return std::unexpected(finished.error());
    return parsed;
}

}  // namespace skep::http::detail
