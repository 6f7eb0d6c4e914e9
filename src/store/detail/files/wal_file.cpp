#include "store/detail/files/wal_file.hpp"

#include <algorithm>
#include <cstring>

#include "store/detail/files/crc32c.hpp"

namespace skep::store {
namespace {

// Where in the WAL an offset lies.
struct Place {
    std::uint32_t frame;
    std::size_t within;
};
Place place_of(std::uint64_t offset) {
    const std::uint64_t after_header = offset - kWalHeaderBytes;
    return {.frame = static_cast<std::uint32_t>(after_header / kFrameBytes + 1), .within = after_header % kFrameBytes};
}

}  // namespace

WalFile::WalFile(std::unique_ptr<DiskFile> file, std::string path, const Ports& ports, std::unique_ptr<WalSums> sums,
                 const WalStart& start)
    : file_(std::move(file)), path_(std::move(path)), ports_(ports), sums_(std::move(sums)) {
    size_ = start.bytes;
    if (start.committed == 0)
        return;
    salts_ = start.salts;
    has_generation_ = true;
    header_sum_ = start.header_sum;
    header_known_ = true;
    committed_ = start.committed;
    flushed_ = start.committed;
    used_ = frame_offset(start.committed + 1);
    holds_page_one_ = start.holds_page_one;
    ports_.mark.begin(salts_);
}

// A full disk has left nothing that recovery could take for a commit: whoever writes may try again.
Result<> WalFile::failed(Result<> result) {
    if (result) [[likely]]
        return result;
    // What is on the disk behind the last flush is not known any more.
    committed_ = flushed_frames();
    sums_->cut(committed_);
    header_known_.store(committed_ > 0, std::memory_order_release);
    const bool is_full = result.error().name() == "disk_full";
    ports_.failure.record(result.error(), is_full ? FirstFailure::Writes::go_on : FirstFailure::Writes::stop);
    return result;
}

Result<> WalFile::write(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    TRY_DO(ports_.failure.check_writable());
    const std::lock_guard lock(mutex_);
    TRY_DO(note(offset, bytes));
    return failed(gather(offset, bytes));
}

Result<> WalFile::note(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    if (offset == 0 && bytes.size() == kWalHeaderBytes)
        return begin_generation(bytes.first<kWalHeaderBytes>());
    const Place place = place_of(offset);
    if (offset >= kWalHeaderBytes && place.within == 0 && bytes.size() == kFrameHeaderBytes) {
        note_frame_header(place.frame, bytes.first<kFrameHeaderBytes>());
        return {};
    }
    if (offset >= kWalHeaderBytes && place.within == kFrameHeaderBytes && bytes.size() == kPageBytes) {
        sums_->set_page(place.frame, crc32c(bytes));
        used_.store(std::max(used_.load(std::memory_order_relaxed), frame_offset(place.frame + 1)),
                    std::memory_order_relaxed);
        return {};
    }
    return fail(internal("a write of {} bytes at {} of {}", bytes.size(), offset, path_));
}

// Whoever recovers must never take what is left of the older generation for damage, nor bring some of it back: that all
// of it is in the main file is on the disk before the first byte of the new one.
Result<> WalFile::begin_generation(std::span<const std::uint8_t, kWalHeaderBytes> bytes) {
    TRY_DO(finish_generation());
    std::ranges::copy(bytes.subspan(16, salts_.size()), salts_.begin());
    header_sum_.store(crc32c(bytes), std::memory_order_relaxed);
    header_known_.store(true, std::memory_order_release);
    has_generation_ = true;
    used_.store(kWalHeaderBytes, std::memory_order_relaxed);
    ports_.mark.begin(salts_);
    return {};
}

// One without a flushed commit is not worth a mark, and must not have one: SQLite may begin it again with the same
// salts.
Result<> WalFile::finish_generation() {
    if (has_generation_ && flushed_frames() > 0)
        TRY_DO(ports_.mark.finish(salts_, ports_.main.synced_pages()));
    has_generation_ = false;
    header_known_.store(false, std::memory_order_release);
    sums_->cut(0);
    committed_ = 0;
    flushed_.store(0, std::memory_order_release);
    used_.store(0, std::memory_order_relaxed);
    holds_page_one_.store(false, std::memory_order_release);
    return {};
}

void WalFile::note_frame_header(std::uint32_t frame, std::span<const std::uint8_t, kFrameHeaderBytes> bytes) {
    const FrameHeader header = read_frame_header(bytes);
    sums_->set_header(frame, crc32c(bytes));
    if (header.is_commit())
        committed_ = frame;
    else if (frame <= committed_)
        committed_ = flushed_frames();  // the commit that was there is written over: it failed
    if (header.page == 1)
        holds_page_one_.store(true, std::memory_order_release);
}

Result<> WalFile::gather(std::uint64_t offset, std::span<const std::uint8_t> bytes) {
    if (!gathered_)
        gathered_ = std::make_unique<std::array<std::uint8_t, kGathered>>();
    const bool follows = gathered_bytes_ > 0 && offset == gathered_end_.load(std::memory_order_relaxed) &&
                         gathered_bytes_ + bytes.size() <= kGathered;
    if (!follows) {
        TRY_DO(write_gathered());
        gathered_begin_.store(offset, std::memory_order_release);
    }
    std::memcpy(gathered_->data() + gathered_bytes_, bytes.data(), bytes.size());
    gathered_bytes_ += bytes.size();
    gathered_end_.store(offset + bytes.size(), std::memory_order_release);
    size_.store(std::max(size(), offset + bytes.size()), std::memory_order_release);
    return {};
}

Result<> WalFile::write_gathered() {
    const std::size_t count = gathered_bytes_;
    if (count == 0)
        return {};
    const std::uint64_t begin = gathered_begin_.load(std::memory_order_relaxed);
    Result<> written = file_->write(begin, std::span(*gathered_).first(count));
    gathered_bytes_ = 0;
    gathered_end_.store(0, std::memory_order_release);
    return written;
}

Result<> WalFile::sync_file() {
    const TimePoint start = ports_.clock.now();
    TRY_DO(file_->sync());
    flushes_.fetch_add(1, std::memory_order_relaxed);
    flush_ns_.fetch_add(static_cast<std::uint64_t>(std::chrono::nanoseconds(ports_.clock.now() - start).count()),
                        std::memory_order_relaxed);
    return {};
}

Result<> WalFile::sync() {
    TRY_DO(ports_.failure.check_writable());
    const std::lock_guard lock(mutex_);
    TRY_DO(failed(write_gathered()));
    Result<> synced = sync_file();
    if (!synced)
        ports_.failure.record(synced.error(), FirstFailure::Writes::stop);
    TRY_DO(failed(std::move(synced)));
    flushed_.store(committed_, std::memory_order_release);
    return {};
}

Result<> WalFile::truncate(std::uint64_t size) {
    TRY_DO(ports_.failure.check_writable());
    const std::lock_guard lock(mutex_);
    TRY_DO(failed(write_gathered()));
    if (size < used_bytes())
        TRY_DO(finish_generation());
    Result<> cut = file_->truncate(size);
    if (cut)
        size_.store(size, std::memory_order_release);
    else
        ports_.failure.record(cut.error(), FirstFailure::Writes::stop);
    return cut;
}

Result<> WalFile::write_mark() {
    Salts salts;
    std::uint32_t frames = 0;
    {
        const std::lock_guard lock(mutex_);
        salts = salts_;
        frames = flushed_frames();
    }
    return ports_.mark.advance(salts, frames, ports_.main.synced_pages());
}

Result<> WalFile::cut_to_last_flush() {
    const std::lock_guard lock(mutex_);
    gathered_bytes_ = 0;
    gathered_end_.store(0, std::memory_order_release);
    const std::uint32_t flushed = flushed_frames();
    const std::uint64_t keep = flushed == 0 ? 0 : frame_offset(flushed + 1);
    if (flushed == 0)
        TRY_DO(finish_generation());
    TRY(const std::uint64_t size, file_->size());
    if (size > keep)
        TRY_DO(file_->truncate(keep));
    TRY_DO(file_->sync());
    size_.store(std::min(size, keep), std::memory_order_release);
    sums_->cut(flushed);
    committed_ = flushed;
    used_.store(keep, std::memory_order_relaxed);
    return {};
}

}  // namespace skep::store
