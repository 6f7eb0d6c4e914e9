#pragma once
// SHA-256 and HMAC over several parts.

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace skep {

inline constexpr std::size_t kDigestSize = 32;
using Digest = std::array<std::uint8_t, kDigestSize>;

// Parts are hashed one after the other, without a separator (FIPS 180-4).
Digest sha256(std::initializer_list<std::string_view> parts);

// RFC 2104.
Digest hmac_sha256(std::string_view key, std::initializer_list<std::string_view> parts);

std::string hex(const Digest& digest);

inline std::string_view as_text(const Digest& digest) {
    return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

bool equal_in_constant_time(std::string_view left, std::string_view right);

}  // namespace skep
