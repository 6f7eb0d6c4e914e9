#pragma once
// CRC32C (Castagnoli, RFC 3720 appendix B.4), by the processor's instruction where there is one.

#include <cstdint>
#include <span>

namespace skep::store {

// The checksum of `bytes`, continued from `before`: crc32c(b, crc32c(a)) is the checksum of a and b in a row.
std::uint32_t crc32c(std::span<const std::uint8_t> bytes, std::uint32_t before = 0);

// The same without the processor's help.
std::uint32_t crc32c_portable(std::span<const std::uint8_t> bytes, std::uint32_t before = 0);

}  // namespace skep::store
