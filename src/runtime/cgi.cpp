#include "runtime/cgi.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/letter_case.hpp"

namespace skep::runtime {
namespace {

constexpr std::size_t kMaxFields = 100;
constexpr std::size_t kMaxBlock = 32 << 10;

std::string variable_name_of(std::string_view field) {
    std::string name = "HTTP_";
    for (const char c : field)
        name += c == '-' ? '_' : (c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
    return name;
}

bool is_left_out(std::string_view field) {
    return field == "proxy" || field == "method" || field == "path" || field == "content-type" ||
           field == "content-length";
}

// Fields that share a variable become one value (RFC 3875, section 4.1.18); cookies are parted as RFC 6265, section 5.4
// says.
void add_field(Variables& variables, const model::Headers::Field& field) {
    std::string name = variable_name_of(field.name);
    const auto known = std::ranges::find(variables, name, &Variables::value_type::first);
    if (known == variables.end())
        variables.emplace_back(std::move(name), field.value);
    else
        known->second.append(field.name == "cookie" ? "; " : ", ").append(field.value);
}

bool is_token_char(char c) {
    constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
}

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t'))
        text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
        text.remove_suffix(1);
    return text;
}

struct Line {
    std::string_view name;
    std::string_view value;
};

// A header line; empty where it is none.
std::optional<Line> parse_line(std::string_view line) {
    const auto colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0)
        return std::nullopt;
    const std::string_view name = line.substr(0, colon);
    if (!std::ranges::all_of(name, is_token_char))
        return std::nullopt;
    return Line{name, trimmed(line.substr(colon + 1))};
}

// The header block at the start of `output`, and where the body begins; empty where the output has none. Of one that is
// too large only the first lines.
struct Block {
    std::vector<Line> lines;
    std::size_t body_start = 0;
    bool is_too_large = false;
};
std::optional<Block> parse_block(std::string_view output) {
    Block block;
    std::size_t at = 0;
    while (block.lines.size() <= kMaxFields && at <= kMaxBlock) {
        const auto newline = output.find('\n', at);
        if (newline == std::string_view::npos)
            return std::nullopt;
        std::string_view line = output.substr(at, newline - at);
        if (line.ends_with('\r'))
            line.remove_suffix(1);
        at = newline + 1;
        if (line.empty()) {
            block.body_start = at;
            return block;
        }
        const auto parsed = parse_line(line);
        if (!parsed)
            return std::nullopt;
        block.lines.push_back(*parsed);
    }
    block.is_too_large = true;
    return block;
}

bool announces_cgi(const Block& block) {
    return std::ranges::any_of(block.lines, [](const Line& line) {
        return equals_ignoring_case(line.name, "status") || equals_ignoring_case(line.name, "content-type") ||
               equals_ignoring_case(line.name, "location");
    });
}

Result<int> parse_status(std::string_view text) {
    int status = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 3), status);
    const bool ends_well = text.size() == 3 || (text.size() > 3 && text[3] == ' ');
    if (fault != std::errc() || end != text.data() + 3 || !ends_well || status < 200 || status > 599)
        return fail("guest_invalid_response", "'{}' is no status from 200 to 599", text.substr(0, 64));
    return status;
}

bool is_valid_value(std::string_view value) {
    return std::ranges::none_of(value, [](char c) { return (c >= 0 && c < 0x20 && c != '\t') || c == 0x7F; });
}

// Framing and hop-by-hop fields are the server's.
bool is_framing_field(std::string_view name) {
    static constexpr std::string_view kFields[] = {"content-length", "transfer-encoding", "connection",
                                                   "keep-alive",     "trailer",           "te",
                                                   "upgrade",        "proxy-connection"};
    return std::ranges::any_of(kFields, [&](std::string_view field) { return equals_ignoring_case(name, field); });
}

Result<model::Response> response_of(const Block& block) {
    model::Response response;
    bool has_status = false;
    for (const Line& line : block.lines) {
        if (equals_ignoring_case(line.name, "status")) {
            TRY(response.status, parse_status(line.value));
            has_status = true;
            continue;
        }
        if (!is_valid_value(line.value))
            return fail("guest_invalid_response", "the field '{}' holds a control character", line.name);
        if (!is_framing_field(line.name))
            response.headers.add(line.name, line.value);
    }
    if (!has_status && response.headers.contains("location"))
        response.status = 302;
    return response;
}

std::string_view sniffed_type(std::string_view body) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
    while (!body.empty() && is_space(body.front()))
        body.remove_prefix(1);
    while (!body.empty() && is_space(body.back()))
        body.remove_suffix(1);
    const bool is_object = body.starts_with('{') && body.ends_with('}');
    const bool is_array = body.starts_with('[') && body.ends_with(']');
    return body.size() >= 2 && (is_object || is_array) ? "application/json" : "text/plain; charset=utf-8";
}

}  // namespace

Variables cgi_variables(const model::Request& request, std::string_view remote_address) {
    const auto colon = request.authority.rfind(':');
    const bool has_port = colon != std::string::npos && request.authority.find(']', colon) == std::string::npos;
    Variables variables{
        {"GATEWAY_INTERFACE", "CGI/1.1"},
        {"REQUEST_METHOD", request.method},
        {"HTTP_METHOD", request.method},
        {"HTTP_PATH", std::string(request.path())},
        {"PATH_INFO", std::string(request.path())},
        {"QUERY_STRING", std::string(request.query())},
        {"REQUEST_URI", request.target},
        {"SCRIPT_NAME", ""},
        {"SERVER_NAME", request.authority.substr(0, has_port ? colon : std::string::npos)},
        {"SERVER_PORT", has_port ? request.authority.substr(colon + 1) : "80"},
        {"SERVER_PROTOCOL", "HTTP/1.1"},
        {"SERVER_SOFTWARE", "skep"},
        {"REMOTE_ADDR", std::string(remote_address)},
    };
    if (!request.authority.empty())
        variables.emplace_back("HTTP_HOST", request.authority);
    if (const auto type = request.headers.get("content-type"); !type.empty())
        variables.emplace_back("CONTENT_TYPE", type);
    if (const auto length = request.body.length(); length && !request.body.is_empty())
        variables.emplace_back("CONTENT_LENGTH", std::to_string(*length));
    for (const auto& field : request.headers) {
        if (!is_left_out(field.name))
            add_field(variables, field);
    }
    return variables;
}

Result<model::Response> parse_cgi_output(std::string output) {
    const auto block = parse_block(output);
    model::Response response;
    if (block && announces_cgi(*block)) {
        if (block->is_too_large)
            return fail("guest_invalid_response", "its header block has more than {} fields or {} bytes", kMaxFields,
                        kMaxBlock);
        TRY(response, response_of(*block));
        output.erase(0, block->body_start);
    }
    if (!response.headers.contains("content-type") && !output.empty())
        response.headers.add("content-type", sniffed_type(output));
    response.body = model::Body(std::move(output));
    return response;
}

}  // namespace skep::runtime
