#include "http/detail/syntax.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace skep::http::detail {
namespace {

bool is_blank(char c) {
    return c == ' ' || c == '\t';
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

}  // namespace

std::string_view trim(std::string_view text) {
    while (!text.empty() && is_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_blank(text.back()))
        text.remove_suffix(1);
    return text;
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

std::string_view without_empty_port(std::string_view authority) {
    if (authority.ends_with(':'))
        authority.remove_suffix(1);
    return authority;
}

std::string_view take_list_element(std::string_view& list) {
    const auto comma = list.find(',');
    const std::string_view element = trim(list.substr(0, comma));
    list.remove_prefix(comma == std::string_view::npos ? list.size() : comma + 1);
    return element;
}

}  // namespace skep::http::detail
