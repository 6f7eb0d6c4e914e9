#include "http/detail/fields.hpp"

#include <algorithm>
#include <charconv>

#include "base/letter_case.hpp"
#include "http/detail/syntax.hpp"

namespace skep::http::detail {
namespace {

enum class Known : std::uint8_t { other, hop, host, connection, content_length, transfer_encoding, expect };

Known known_of(std::string_view name) {
    using enum Known;
    switch (name.size()) {
        case 2:
            return name == "te" ? hop : other;
        case 4:
            return name == "host" ? host : other;
        case 6:
            return name == "expect" ? expect : other;
        case 7:
            return name == "trailer" || name == "upgrade" ? hop : other;
        case 10:
            return name == "connection" ? connection : name == "keep-alive" ? hop : other;
        case 14:
            return name == "content-length" ? content_length : name == "http2-settings" ? hop : other;
        case 16:
            return name == "proxy-connection" ? hop : other;
        case 17:
            return name == "transfer-encoding" ? transfer_encoding : other;
        case 18:
            return name == "proxy-authenticate" ? hop : other;
        case 19:
            return name == "proxy-authorization" ? hop : other;
        default:
            return other;
    }
}

Parsed<> read_length(std::string_view value, FrameFields& frame) {
    if (frame.has_length)
        return malformed("there is a second Content-Length");
    if (value.empty() || value.size() > 19 || !is_all(value, kDigit))
        return malformed("Content-Length is not a number");
    std::from_chars(value.data(), value.data() + value.size(), frame.length);
    frame.has_length = true;
    return {};
}

Parsed<> read_codings(std::string_view value, FrameFields& frame) {
    frame.has_codings = true;
    if (value.ends_with(','))
        return malformed("Transfer-Encoding has an empty element");
    do {
        const std::string_view coding = take_list_element(value);
        if (coding.empty())
            return malformed("Transfer-Encoding has an empty element");
        if (frame.chunked)
            return malformed("a transfer coding stands behind chunked");
        frame.chunked = equals_ignoring_case(coding, "chunked");
        frame.other_codings |= !frame.chunked;
    } while (!value.empty());
    return {};
}

// A body whose last coding is not chunked has no end that could be found (RFC 9112, section 6.3).
Parsed<> check_codings(const FrameFields& frame) {
    if (frame.has_codings && frame.has_length)
        return malformed("Content-Length stands beside Transfer-Encoding");
    if (frame.other_codings && !frame.chunked)
        return malformed("the last transfer coding is not chunked");
    if (frame.other_codings)
        return fault("transfer_coding_unsupported", "there is a transfer coding other than chunked");
    return {};
}

Parsed<> read_connection(std::string_view value, FrameFields& frame) {
    while (!value.empty()) {
        const std::string_view option = take_list_element(value);
        if (!option.empty() && !is_token(option))
            return malformed("Connection is no list of tokens");
        frame.close |= equals_ignoring_case(option, "close");
        frame.keep_alive |= equals_ignoring_case(option, "keep-alive");
    }
    return {};
}

Parsed<> read_frame_field(const model::Headers::Field& field, FrameFields& frame) {
    switch (known_of(field.name)) {
        case Known::content_length:
            return read_length(field.value, frame);
        case Known::transfer_encoding:
            return read_codings(field.value, frame);
        case Known::connection:
            return read_connection(field.value, frame);
        case Known::expect:
            frame.expects_continue = equals_ignoring_case(field.value, "100-continue");
            frame.expects_other |= !frame.expects_continue;
            return {};
        case Known::host:
            frame.host = without_empty_port(field.value);
            ++frame.hosts;
            return {};
        case Known::hop:
        case Known::other:
            return {};
    }
    return {};
}

}  // namespace

Parsed<> parse_field(std::string_view line, const FieldRules& rules, model::Headers& headers) {
    const std::size_t name_size = span_of(line, kToken);
    if (name_size == line.size())
        return malformed("a field line has no colon");
    if (line[name_size] != ':')
        return malformed(name_size == 0 && (line[0] == ' ' || line[0] == '\t')
                             ? "a field line is folded"
                             : "a field name has a character that is not allowed");
    if (name_size == 0)
        return malformed("a field has no name");
    const std::string_view name = line.substr(0, name_size);
    if (!rules.allow_underscores && name.find('_') != std::string_view::npos)
        return malformed("a field name has an underscore");
    const std::string_view value = trim(line.substr(name_size + 1));
    if (!is_all(value, kValue))
        return malformed("a field value has a control character");
    if (headers.size() == rules.max_fields)
        return fault("headers_too_large", "there are too many fields");
    headers.add(name, value);
    return {};
}

Parsed<> parse_fields(std::string_view block, const FieldRules& rules, model::Headers& headers) {
    while (!block.empty()) {
        const auto feed = block.find('\n');
        if (feed == std::string_view::npos || feed == 0 || block[feed - 1] != '\r')
            return malformed("a line does not end in CRLF");
        if (auto parsed = parse_field(block.substr(0, feed - 1), rules, headers); !parsed)
            return parsed;
        block.remove_prefix(feed + 1);
    }
    return {};
}

Parsed<FrameFields> read_frame_fields(const model::Headers& headers) {
    FrameFields frame;
    for (const auto field : headers) {
        if (auto read = read_frame_field(field, frame); !read)
            return std::unexpected(read.error());
    }
    if (auto checked = check_codings(frame); !checked)
        return std::unexpected(checked.error());
    return frame;
}

std::vector<std::string> names_in_connection(const model::Headers& headers) {
    std::vector<std::string> named;
    for (const auto field : headers) {
        if (known_of(field.name) != Known::connection)
            continue;
        for (std::string_view list = field.value; !list.empty();) {
            std::string option = lowered(take_list_element(list));
            if (option != "close" && option != "keep-alive")
                named.push_back(std::move(option));
        }
    }
    return named;
}

void strip_hop_by_hop(model::Headers& headers) {
    const std::vector<std::string> named = names_in_connection(headers);
    headers.remove_if([&](const model::Headers::Field& field) {
        return known_of(field.name) != Known::other || std::ranges::find(named, field.name) != named.end();
    });
}

bool is_hop_by_hop(std::string_view name) {
    return known_of(name) != Known::other;
}

}  // namespace skep::http::detail
