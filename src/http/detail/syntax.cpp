#include "http/detail/syntax.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace skep::http::detail {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
}

char lower_of(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

bool is_port(std::string_view text) {
    unsigned port = 0;
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
    return !text.empty() && text.size() <= 5 && is_all(text, kDigit) && failure == std::errc() &&
           end == text.data() + text.size() && port <= 65535;
}

bool is_v6_literal(std::string_view text) {
    return text.size() >= 2 && std::ranges::all_of(text, [](char c) { return is_in(c, kHex) || c == ':' || c == '.'; });
}

// Cuts one character off `text`, decoded as far as it goes: "%2e", "%252e" and "." all give '.'.
char take_decoded(std::string_view& text) {
    char c = text.front();
    text.remove_prefix(1);
    while (c == '%' && text.size() >= 2 && is_in(text[0], kHex) && is_in(text[1], kHex)) {
        unsigned octet = 0;
        std::from_chars(text.data(), text.data() + 2, octet, 16);
        c = static_cast<char>(octet);
        text.remove_prefix(2);
    }
    return c;
}

bool is_separator(char c) {
    return c == '/' || c == '\\';
}

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
    return std::ranges::equal(text, lower, {}, lower_of);
}

bool is_authority(std::string_view text) {
    if (!text.empty() && text.front() == '[') {
        const auto close = text.find(']');
        if (close == std::string_view::npos || !is_v6_literal(text.substr(1, close - 1)))
            return false;
        const std::string_view rest = text.substr(close + 1);
        return rest.empty() || (rest.front() == ':' && is_port(rest.substr(1)));
    }
    const std::size_t host = span_of(text, kHost);
    if (host == 0 || host > 255)
        return false;
    return host == text.size() || (text[host] == ':' && is_port(text.substr(host + 1)));
}

bool has_dot_segment(std::string_view path) {
    bool at_start = true;  // of a segment
    std::size_t dots = 0;  // when the segment so far is dots only
    bool only_dots = false;
    const auto is_dotted = [&] { return only_dots && (dots == 1 || dots == 2); };
    while (!path.empty()) {
        const char c = take_decoded(path);
        if (is_separator(c) || c == ';') {
            if (is_dotted())
                return true;
            at_start = is_separator(c);
            only_dots = false;
            dots = 0;
        } else {
            only_dots = c == '.' && (at_start || only_dots);
            dots = only_dots ? dots + 1 : 0;
            at_start = false;
        }
    }
    return is_dotted();
}

bool has_valid_escapes(std::string_view path) {
    for (auto mark = path.find('%'); mark != std::string_view::npos; mark = path.find('%', mark + 3)) {
        const std::string_view digits = path.substr(mark + 1, 2);
        if (digits.size() < 2 || !is_all(digits, kHex) || digits == "00")
            return false;
    }
    return true;
}

std::string_view take_list_element(std::string_view& list) {
    const auto comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    return element;
}

}  // namespace skep::http::detail
