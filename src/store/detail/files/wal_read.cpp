// The reading half of WalFile: what SQLite asks for, and how it is checked.
#include <algorithm>
#include <cstring>

#include "store/detail/files/crc32c.hpp"
#include "store/detail/files/wal_file.hpp"

namespace skep::store {

Failure WalFile::damaged(std::uint32_t frame) {
    Error error = frame == 0 ? skep::error("store_damaged", "{} header: not what was written", path_)
                             : skep::error("store_damaged", "{} frame {}: not what was written", path_, frame);
    ports_.failure.record(error, FirstFailure::Writes::stop);
    return fail(std::move(error));
}

Result<std::size_t> WalFile::read_file(std::uint64_t offset, std::span<std::uint8_t> out) {
    Result<std::size_t> count = file_->read(offset, out);
    if (!count) [[unlikely]]
        ports_.failure.record(count.error(), FirstFailure::Writes::stop);
    return count;
}

Result<> WalFile::check_header(std::uint32_t frame, std::span<const std::uint8_t> bytes) {
    const std::optional<WalSums::Sums> sums = sums_->of(frame);
    if (sums && (bytes.size() < kFrameHeaderBytes || crc32c(bytes) != sums->header))
        return damaged(frame);
    return {};
}

Result<> WalFile::check_page(std::uint32_t frame, std::span<const std::uint8_t> bytes) {
    const std::optional<WalSums::Sums> sums = sums_->of(frame);
    if (sums && (bytes.size() < kPageBytes || crc32c(bytes) != sums->page))
        return damaged(frame);
    return {};
}

Result<std::size_t> WalFile::read(std::uint64_t offset, std::span<std::uint8_t> out) {
    const bool is_gathered = offset < gathered_end_.load(std::memory_order_acquire) &&
                             offset + out.size() > gathered_begin_.load(std::memory_order_acquire);
    if (is_gathered) [[unlikely]] {
        const std::lock_guard lock(mutex_);
        TRY_DO(failed(write_gathered()));
    }
    if (offset < kWalHeaderBytes)
        return read_header(offset, out);
    return read_frame(offset, out);
}

Result<std::size_t> WalFile::read_header(std::uint64_t offset, std::span<std::uint8_t> out) {
    std::array<std::uint8_t, kWalHeaderBytes> header{};
    if (offset + out.size() > header.size())
        return fail(internal("a read of {} bytes at {} of {}", out.size(), offset, path_));
    TRY(const std::size_t count, read_file(0, header));
    const std::uint32_t sum = header_sum_.load(std::memory_order_relaxed);
    if (header_known_.load(std::memory_order_acquire) && (count < header.size() || crc32c(header) != sum))
        return damaged(0);
    const std::size_t given = count > offset ? std::min(out.size(), count - static_cast<std::size_t>(offset)) : 0;
    std::memcpy(out.data(), header.data() + offset, given);
    return given;
}

// SQLite reads the page of a frame, a whole frame, or the checksum in a frame's header.
Result<std::size_t> WalFile::read_frame(std::uint64_t offset, std::span<std::uint8_t> out) {
    const auto frame = static_cast<std::uint32_t>((offset - kWalHeaderBytes) / kFrameBytes + 1);
    const std::size_t within = (offset - kWalHeaderBytes) % kFrameBytes;
    if (within == kFrameHeaderBytes && out.size() == kPageBytes) [[likely]] {
        TRY(const std::size_t count, read_file(offset, out));
        TRY_DO(check_page(frame, out.first(count)));
        return count;
    }
    if (within == 0 && out.size() == kFrameBytes) {
        TRY(const std::size_t count, read_file(offset, out));
        TRY_DO(check_header(frame, out.first(std::min(count, kFrameHeaderBytes))));
        TRY_DO(check_page(frame,
                          out.subspan(std::min(count, kFrameHeaderBytes), count - std::min(count, kFrameHeaderBytes))));
        return count;
    }
    if (within + out.size() > kFrameHeaderBytes)
        return fail(internal("a read of {} bytes at {} of {}", out.size(), offset, path_));

    std::array<std::uint8_t, kFrameHeaderBytes> header{};
    TRY(const std::size_t count, read_file(frame_offset(frame), header));
    TRY_DO(check_header(frame, std::span(header).first(count)));
    const std::size_t given = count > within ? std::min(out.size(), count - within) : 0;
    std::memcpy(out.data(), header.data() + within, given);
    return given;
}

}  // namespace skep::store
