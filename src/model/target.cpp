#include "model/target.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace skep::model {
namespace {

enum Mark : std::uint8_t {
    kNotInPath = 1,
    kNotInQuery = 2,
    kOfDotSegments = 4,  // a path without is no trouble
};

constexpr std::array<std::uint8_t, 256> make_marks() {
    std::array<std::uint8_t, 256> marks{};
    marks.fill(kNotInPath | kNotInQuery);
    for (unsigned c = 0x21; c < 0x7F; ++c)
        marks[c] = 0;
    for (const unsigned char c : {'#', '"', '<', '>'})
        marks[c] = kNotInPath | kNotInQuery;
    marks['`'] = kNotInPath;
    marks['.'] = kOfDotSegments;
    marks['%'] = kOfDotSegments;
    return marks;
}
constexpr auto kMarks = make_marks();

// The marks of all characters of `text`.
std::uint8_t marks_of(std::string_view text) {
    std::uint8_t marks = 0;
    for (const char c : text)
        marks |= kMarks[static_cast<unsigned char>(c)];
    return marks;
}

bool is_hex(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Whether every '%' of `path` begins a percent-encoded octet other than NUL.
bool has_valid_escapes(std::string_view path) {
    for (auto mark = path.find('%'); mark != std::string_view::npos; mark = path.find('%', mark + 3)) {
        const std::string_view digits = path.substr(mark + 1, 2);
        if (digits.size() < 2 || !is_hex(digits[0]) || !is_hex(digits[1]) || digits == "00")
            return false;
    }
    return true;
}

// Cuts one character off `text`, decoded as far as it goes: "%2e", "%252e" and "." all give '.'.
char take_decoded(std::string_view& text) {
    char c = text.front();
    text.remove_prefix(1);
    while (c == '%' && text.size() >= 2 && is_hex(text[0]) && is_hex(text[1])) {
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

}  // namespace

std::optional<std::string_view> broken_rule_of_target(std::string_view target) {
    if (!target.starts_with('/'))
        return "the path does not begin with '/'";
    const auto path_size = std::min(target.find('?'), target.size());
    const std::string_view path = target.substr(0, path_size);
    const std::uint8_t marks = marks_of(path);
    if ((marks & kNotInPath) != 0)
        return "the path has a character that is not allowed";
    if ((marks_of(target.substr(path_size)) & kNotInQuery) != 0)
        return "the query has a character that is not allowed";
    if ((marks & kOfDotSegments) == 0)
        return std::nullopt;
    if (!has_valid_escapes(path))
        return "the path has an invalid percent-encoding";
    if (has_dot_segment(path))
        return "the path has a dot segment";
    return std::nullopt;
}

}  // namespace skep::model
