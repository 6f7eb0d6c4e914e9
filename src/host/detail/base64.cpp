#include "host/detail/base64.hpp"

#include <cstdint>

namespace skep::host {
namespace {

constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

// The value of a digit; 64 for any other character.
std::uint32_t value_of(char digit) {
    const auto in = [digit](char first, char last) { return digit >= first && digit <= last; };
    if (in('A', 'Z'))
        return static_cast<std::uint32_t>(digit - 'A');
    if (in('a', 'z'))
        return static_cast<std::uint32_t>(digit - 'a' + 26);
    if (in('0', '9'))
        return static_cast<std::uint32_t>(digit - '0' + 52);
    return digit == '+' ? 62 : digit == '/' ? 63 : 64;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
    for (; !bytes.empty(); bytes.remove_prefix(std::min<std::size_t>(3, bytes.size()))) {
        std::uint32_t group = 0;
        for (std::size_t i = 0; i < 3; ++i)
            group = group << 8 | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out.push_back(i <= bytes.size() ? kDigits[group >> (18 - 6 * i) & 63] : '=');
    }
}

std::optional<std::string> decode_base64(std::string_view text) {
    if (text.size() % 4 != 0)
        return std::nullopt;
    const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
    text.remove_suffix(padding);
    std::string bytes;
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char digit : text) {
        const std::uint32_t value = value_of(digit);
        if (value > 63)
            return std::nullopt;
        pending = pending << 6 | value;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<char>(pending >> bits & 0xFF));
        }
    }
    if ((pending & ((1U << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

}  // namespace skep::host
