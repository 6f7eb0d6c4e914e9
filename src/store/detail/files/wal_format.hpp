#pragma once
// The write-ahead log as SQLite writes it (https://www.sqlite.org/fileformat2.html, section 4).

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "store/detail/files/page_file.hpp"

namespace skep::store {

inline constexpr std::size_t kWalHeaderBytes = 32;
inline constexpr std::size_t kFrameHeaderBytes = 24;
inline constexpr std::size_t kFrameBytes = kFrameHeaderBytes + kPageBytes;

// Names one generation of a WAL: what was written since its last reset.
using Salts = std::array<std::uint8_t, 8>;

struct WalChecksum {
    std::uint32_t first = 0;
    std::uint32_t second = 0;
    friend bool operator==(const WalChecksum&, const WalChecksum&) = default;
};

// Continues `sum` over `bytes`, a multiple of 8.
WalChecksum wal_checksum(WalChecksum sum, std::span<const std::uint8_t> bytes);

struct WalHeader {
    Salts salts{};
    WalChecksum sum;
};

// The header, or nothing where it is not one of a whole WAL with pages of 4 KiB, as written on this kind of machine.
std::optional<WalHeader> read_wal_header(std::span<const std::uint8_t, kWalHeaderBytes> bytes);

struct FrameHeader {
    std::uint32_t page = 0;
    std::uint32_t pages_after = 0;  // the size of the database after a commit; 0 in other frames
    Salts salts{};
    WalChecksum sum;

    bool is_commit() const { return pages_after != 0; }
};

FrameHeader read_frame_header(std::span<const std::uint8_t, kFrameHeaderBytes> bytes);

// What the checksum of `frame` must be after one whose checksum is `before`.
WalChecksum frame_checksum(WalChecksum before, std::span<const std::uint8_t, kFrameBytes> frame);

// Frames count from 1 on.
inline std::uint64_t frame_offset(std::uint32_t frame) {
    return kWalHeaderBytes + (frame - 1) * std::uint64_t{kFrameBytes};
}
inline std::uint32_t frames_in(std::uint64_t wal_bytes) {
    return wal_bytes < kWalHeaderBytes ? 0 : static_cast<std::uint32_t>((wal_bytes - kWalHeaderBytes) / kFrameBytes);
}

}  // namespace skep::store
