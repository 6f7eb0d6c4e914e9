#pragma once
// Letters of ASCII without regard to case, whatever the locale.

#include <algorithm>
#include <string>
#include <string_view>

namespace skep {

constexpr char to_lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

inline std::string lowered(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), to_lower);
    return lower;
}

// `lower` is in lower case.
constexpr bool equals_ignoring_case(std::string_view text, std::string_view lower) {
    return std::ranges::equal(text, lower, {}, to_lower);
}

}  // namespace skep
