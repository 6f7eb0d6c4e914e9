#pragma once
// The alphabets and small grammars of HTTP (RFC 9110, RFC 9112, RFC 3986), read strictly.

#include <array>
#include <cstdint>
#include <string_view>

namespace skep::http::detail {

enum CharClass : std::uint8_t {
    kToken = 1,   // RFC 9110, section 5.6.2
    kValue = 2,   // of a field value: visible, space, tab and obs-text
    kTarget = 4,  // visible ASCII but for '#'
    kHost = 8,    // of a registered name, percent-encoding and sub-delimiters left out
    kHex = 16,
    kDigit = 32,
};

constexpr std::array<std::uint8_t, 256> make_classes() {
    std::array<std::uint8_t, 256> classes{};
    const auto mark = [&](std::string_view text, std::uint8_t bits) {
        for (const char c : text)
            classes[static_cast<unsigned char>(c)] |= bits;
    };
    mark("!#$%&'*+-.^_`|~", kToken);
    mark("0123456789", kToken | kHost | kHex | kDigit);
    mark("abcdefABCDEF", kHex);
    mark("-._~", kHost);  // names of services may have an underscore
    for (unsigned c = 'a'; c <= 'z'; ++c) {
        classes[c] |= kToken | kHost;
        classes[c - 'a' + 'A'] |= kToken | kHost;
    }
    for (unsigned c = 0x20; c < 0x100; ++c)
        classes[c] |= kValue;
    classes[0x7F] = 0;
    classes['\t'] |= kValue;
    for (unsigned c = 0x21; c < 0x7F; ++c)
        classes[c] |= kTarget;
    classes['#'] &= static_cast<std::uint8_t>(~kTarget);
    return classes;
}
inline constexpr auto kClasses = make_classes();

inline bool is_in(char c, CharClass wanted) {
    return (kClasses[static_cast<unsigned char>(c)] & wanted) != 0;
}

// The length of the longest prefix of `text` whose characters are all in `wanted`.
inline std::size_t span_of(std::string_view text, CharClass wanted) {
    std::size_t count = 0;
    while (count < text.size() && is_in(text[count], wanted))
        ++count;
    return count;
}
inline bool is_all(std::string_view text, CharClass wanted) {
    return span_of(text, wanted) == text.size();
}

inline bool is_token(std::string_view text) {
    return !text.empty() && is_all(text, kToken);
}

// Without the spaces and tabs at both ends.
std::string_view trim(std::string_view text);

// host or host:port, as in a Host field: a name, an IPv4 address or an IPv6 address in brackets;
// never empty, no user, a port of 0 to 65535.
bool is_authority(std::string_view text);

// Without the colon of an empty port, which says nothing (RFC 3986, section 6.2.3).
std::string_view without_empty_port(std::string_view authority);

// Cuts the first element off `list`, a comma-separated list; trimmed, possibly empty.
std::string_view take_list_element(std::string_view& list);

}  // namespace skep::http::detail
