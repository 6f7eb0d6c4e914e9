#include "store/detail/files/crc32c.hpp"

#include <array>
#include <bit>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace skep::store {
namespace {

constexpr std::uint32_t kPolynomial = 0x82F63B78;  // reflected
constexpr std::size_t kSlices = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kSlices>;

// tables[k][b]: the checksum of byte b with k zero bytes after it.
constexpr Tables make_tables() {
    Tables tables{};
    for (std::uint32_t byte = 0; byte < 256; ++byte) {
        std::uint32_t crc = byte;
        for (int bit = 0; bit < 8; ++bit)
            crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
        tables[0][byte] = crc;
    }
    for (std::size_t k = 1; k < kSlices; ++k) {
        for (std::size_t byte = 0; byte < 256; ++byte)
            tables[k][byte] = (tables[k - 1][byte] >> 8) ^ tables[0][tables[k - 1][byte] & 0xFF];
    }
    return tables;
}
constexpr Tables kTables = make_tables();

std::uint64_t load_64(const std::uint8_t* from) {
    std::uint64_t value = 0;
    std::memcpy(&value, from, sizeof value);
    if constexpr (std::endian::native == std::endian::big)
        value = __builtin_bswap64(value);
    return value;
}

#if defined(__x86_64__)
// The instruction takes 3 cycles and one may start in each: three streams at once are three times as fast. Their
// checksums are joined by `kShift`, which moves a checksum over kStream zero bytes.
constexpr std::size_t kStream = 1'344;

constexpr std::uint32_t after_zeros(std::uint32_t crc, std::size_t count) {
    for (; count > 0; --count)
        crc = (crc >> 8) ^ kTables[0][crc & 0xFF];
    return crc;
}

// What each byte of a checksum becomes; the whole is their sum, for the operation is linear.
std::array<std::array<std::uint32_t, 256>, 4> make_shift() {
    std::array<std::array<std::uint32_t, 256>, 4> shift{};
    for (std::uint32_t place = 0; place < 4; ++place) {
        for (std::uint32_t bit = 0; bit < 8; ++bit)
            shift[place][1U << bit] = after_zeros(1U << (place * 8 + bit), kStream);
        for (std::uint32_t byte = 1; byte < 256; ++byte) {
            const std::uint32_t lowest = byte & (~byte + 1);
            shift[place][byte] = shift[place][lowest] ^ shift[place][byte ^ lowest];
        }
    }
    return shift;
}

std::uint32_t shifted(std::uint32_t crc) {
    static const auto kShift = make_shift();
    return kShift[0][crc & 0xFF] ^ kShift[1][(crc >> 8) & 0xFF] ^ kShift[2][(crc >> 16) & 0xFF] ^ kShift[3][crc >> 24];
}

__attribute__((target("sse4.2"))) std::uint32_t crc32c_sse(std::span<const std::uint8_t> bytes, std::uint32_t before) {
    std::uint64_t crc = ~before;
    while (bytes.size() >= 3 * kStream) {
        std::uint64_t second = 0;
        std::uint64_t third = 0;
        const std::uint8_t* at = bytes.data();
        for (std::size_t i = 0; i < kStream; i += 8) {
            crc = _mm_crc32_u64(crc, load_64(at + i));
            second = _mm_crc32_u64(second, load_64(at + kStream + i));
            third = _mm_crc32_u64(third, load_64(at + 2 * kStream + i));
        }
        second ^= shifted(static_cast<std::uint32_t>(crc));
        crc = third ^ shifted(static_cast<std::uint32_t>(second));
        bytes = bytes.subspan(3 * kStream);
    }
    for (; bytes.size() >= 8; bytes = bytes.subspan(8))
        crc = _mm_crc32_u64(crc, load_64(bytes.data()));
    for (const std::uint8_t byte : bytes)
        crc = _mm_crc32_u8(static_cast<std::uint32_t>(crc), byte);
    return ~static_cast<std::uint32_t>(crc);
}
#endif

}  // namespace

std::uint32_t crc32c_portable(std::span<const std::uint8_t> bytes, std::uint32_t before) {
    std::uint32_t crc = ~before;
    for (; bytes.size() >= 8; bytes = bytes.subspan(8)) {
        const std::uint64_t word = load_64(bytes.data()) ^ crc;
        crc = 0;
        for (std::size_t k = 0; k < kSlices; ++k)
            crc ^= kTables[kSlices - 1 - k][(word >> (8 * k)) & 0xFF];
    }
    for (const std::uint8_t byte : bytes)
        crc = (crc >> 8) ^ kTables[0][(crc ^ byte) & 0xFF];
    return ~crc;
}

std::uint32_t crc32c(std::span<const std::uint8_t> bytes, std::uint32_t before) {
#if defined(__x86_64__)
    static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
    if (has_instruction) [[likely]]
        return crc32c_sse(bytes, before);
#endif
    return crc32c_portable(bytes, before);
}

}  // namespace skep::store
