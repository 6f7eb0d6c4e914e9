#include "http/detail/request_head.hpp"

#include "base/letter_case.hpp"
#include "http/detail/syntax.hpp"
#include "model/target.hpp"

namespace skep::http::detail {
namespace {

constexpr std::size_t kLongestMethod = 32;
constexpr std::size_t kLongestVersion = 16;

struct RequestLine {
    std::string_view method;
    std::string_view target;
    bool is_http_1_0 = false;
};

Parsed<bool> read_version(std::string_view version) {
    if (version == "HTTP/1.1")
        return false;
    if (version == "HTTP/1.0")
        return true;
    const bool is_version = version.size() == 8 && version.starts_with("HTTP/") && is_in(version[5], kDigit) &&
                            version[6] == '.' && is_in(version[7], kDigit);
    if (is_version)
        return fault("http_version_not_supported", "the version is neither HTTP/1.0 nor HTTP/1.1");
    return malformed("the request line has no valid version");
}

// `line` without its CRLF.
Parsed<RequestLine> read_request_line(std::string_view line, std::size_t longest_target) {
    const std::size_t method_size = span_of(line, kToken);
    if (method_size == 0 || method_size > kLongestMethod || method_size == line.size() || line[method_size] != ' ')
        return malformed("the method is no token followed by a space");
    const std::string_view rest = line.substr(method_size + 1);
    const std::size_t target_size = span_of(rest, kTarget);
    if (target_size == 0 || target_size == rest.size() || rest[target_size] != ' ')
        return malformed("the request target is not valid");
    if (target_size > longest_target)
        return fault("target_too_long", "the request target is too long");
    const auto version = read_version(rest.substr(target_size + 1));
    if (!version)
        return std::unexpected(version.error());
    return RequestLine{line.substr(0, method_size), rest.substr(0, target_size), *version};
}

Parsed<> check_target(std::string_view target) {
    const auto broken = model::broken_rule_of_target(target);
    return broken ? malformed(*broken) : Parsed<>();
}

Parsed<> set_origin_form(std::string_view target, model::Request& request) {
    request.target.assign(target);
    return check_target(target);
}

// http://authority/path?query: the authority replaces the Host field (RFC 9112, section 3.2.2).
Parsed<> set_absolute_form(std::string_view target, model::Request& request) {
    const auto colon = target.find("://");
    const std::string_view scheme = target.substr(0, colon);
    if (colon == std::string_view::npos ||
        !(equals_ignoring_case(scheme, "http") || equals_ignoring_case(scheme, "https")))
        return malformed("the request target is neither a path nor an http URL");
    const std::string_view rest = target.substr(colon + 3);
    const auto end = rest.find_first_of("/?");
    const std::string_view authority = without_empty_port(rest.substr(0, end));
    if (!is_authority(authority))
        return malformed("the request target has no valid authority");
    request.authority.assign(authority);
    const std::string_view path = end == std::string_view::npos ? std::string_view() : rest.substr(end);
    request.target = path.starts_with('/') ? std::string(path) : "/" + std::string(path);
    return check_target(request.target);
}

Parsed<> set_target(const RequestLine& line, model::Request& request) {
    if (line.method == "CONNECT")
        return fault("unimplemented", "CONNECT is not supported");
    if (line.target.front() == '/')
        return set_origin_form(line.target, request);
    if (line.target != "*")
        return set_absolute_form(line.target, request);
    if (line.method != "OPTIONS")
        return malformed("the request target * is for OPTIONS only");
    request.target = "*";
    return {};
}

Parsed<> check_frame(const FrameFields& frame, bool is_http_1_0) {
    if (frame.hosts > 1)
        return malformed("there is a second Host");
    if (frame.hosts == 0 && !is_http_1_0)
        return malformed("Host is missing");
    if (frame.hosts == 1 && !is_authority(frame.host))
        return malformed("Host is not valid");
    if (frame.chunked && is_http_1_0)
        return malformed("Transfer-Encoding stands in an HTTP/1.0 request");
    if (frame.expects_other)
        return fault("expectation_failed", "Expect is not 100-continue");
    return {};
}

BodyFraming framing_of(const FrameFields& frame) {
    if (frame.chunked)
        return {.kind = BodyFraming::Kind::chunked};
    if (frame.length > 0)
        return {.kind = BodyFraming::Kind::length, .length = frame.length};
    return {};
}

Parsed<> finish(RequestHead& head, const RequestLine& line) {
    const auto frame = read_frame_fields(head.request.headers);
    if (!frame)
        return std::unexpected(frame.error());
    if (auto checked = check_frame(*frame, line.is_http_1_0); !checked)
        return checked;
    head.request.authority.assign(frame->host);
    head.framing = framing_of(*frame);
    head.is_http_1_0 = line.is_http_1_0;
    head.keep_alive = !frame->close && (!line.is_http_1_0 || frame->keep_alive);
    head.expects_continue = frame->expects_continue && !line.is_http_1_0;
    strip_hop_by_hop(head.request.headers);
    return set_target(line, head.request);
}

}  // namespace

HeadBounds bounds_of(const ServerLimits& limits) {
    return {.first_line = kLongestMethod + limits.target + kLongestVersion, .block = limits.header_block};
}

Parsed<> check_request_line(std::string_view line, const ServerLimits& limits) {
    const auto read = read_request_line(line.substr(0, line.size() - 2), limits.target);
    return read ? Parsed<>() : std::unexpected(read.error());
}

Parsed<RequestHead> parse_request_head(std::string_view head, std::size_t first_line_size, const ServerLimits& limits) {
    const auto line = read_request_line(head.substr(0, first_line_size - 2), limits.target);
    if (!line)
        return std::unexpected(line.error());
    const std::string_view block = head.substr(first_line_size, head.size() - first_line_size - 2);
    const FieldRules rules{limits.fields, limits.header_block, limits.allow_underscores};
    Parsed<RequestHead> parsed(std::in_place);
    parsed->request.method.assign(line->method);
    parsed->request.headers.reserve(16, block.size());
    if (auto fields = parse_fields(block, rules, parsed->request.headers); !fields)
        return std::unexpected(fields.error());
    if (auto finished = finish(*parsed, *line); !finished)
        return std::unexpected(finished.error());
    return parsed;
}

}  // namespace skep::http::detail
