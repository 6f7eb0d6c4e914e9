#include "store/detail/files/wal_format.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

namespace skep::store {
namespace {

constexpr std::uint32_t kMagicLittleEndian = 0x377F0682;
constexpr std::uint32_t kVersion = 3'007'000;

std::uint32_t big_endian(std::span<const std::uint8_t> bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

WalChecksum sum_at(std::span<const std::uint8_t> bytes) {
    return {.first = big_endian(bytes), .second = big_endian(bytes.subspan(4))};
}

Salts salts_at(std::span<const std::uint8_t> bytes) {
    Salts salts;
    std::ranges::copy(bytes.first(salts.size()), salts.begin());
    return salts;
}

}  // namespace

WalChecksum wal_checksum(WalChecksum sum, std::span<const std::uint8_t> bytes) {
    static_assert(std::endian::native == std::endian::little);
    for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
        std::array<std::uint32_t, 2> words;
        std::memcpy(words.data(), bytes.data() + at, sizeof words);
        sum.first += words[0] + sum.second;
        sum.second += words[1] + sum.first;
    }
    return sum;
}

std::optional<WalHeader> read_wal_header(std::span<const std::uint8_t, kWalHeaderBytes> bytes) {
    const WalHeader header{.salts = salts_at(bytes.subspan(16)), .sum = sum_at(bytes.subspan(24))};
    const bool is_ours = big_endian(bytes) == kMagicLittleEndian && big_endian(bytes.subspan(4)) == kVersion &&
                         big_endian(bytes.subspan(8)) == kPageBytes;
    if (!is_ours || wal_checksum({}, bytes.first(24)) != header.sum)
        return std::nullopt;
    return header;
}

FrameHeader read_frame_header(std::span<const std::uint8_t, kFrameHeaderBytes> bytes) {
    return {.page = big_endian(bytes),
            .pages_after = big_endian(bytes.subspan(4)),
            .salts = salts_at(bytes.subspan(8)),
            .sum = sum_at(bytes.subspan(16))};
}

WalChecksum frame_checksum(WalChecksum before, std::span<const std::uint8_t, kFrameBytes> frame) {
    return wal_checksum(wal_checksum(before, frame.first(8)), frame.subspan(kFrameHeaderBytes));
}

}  // namespace skep::store
