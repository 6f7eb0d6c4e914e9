#pragma once
// WalFile: a store's write-ahead log, `store.db-wal`. Every read of a frame is checked against what was written.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "base/clock.hpp"
#include "store/detail/files/first_failure.hpp"
#include "store/detail/files/mark.hpp"
#include "store/detail/files/wal_format.hpp"
#include "store/detail/files/wal_sums.hpp"
#include "store/disk.hpp"

namespace skep::store {

// What is to be known of a WAL before it is used.
struct WalStart {
    std::uint64_t bytes = 0;
    Salts salts{};
    std::uint32_t header_sum = 0;  // CRC32C of its first 32 bytes
    std::uint32_t committed = 0;   // frames up to the last whole commit; 0 where there is none, of an empty file
    bool holds_page_one = false;
};

// Any thread; one writes at a time. Writes of one transaction are gathered, so that they reach the system in few calls:
// before a sync, and before a read of the same bytes.
class WalFile {
public:
    // `sums` knows every frame that recovery will find whole. `main`, `mark`, `failure` and `clock` outlive it.
    struct Ports {
        PageFile& main;
        Mark& mark;
        FirstFailure& failure;
        const Clock& clock;
    };
    WalFile(std::unique_ptr<DiskFile> file, std::string path, const Ports& ports, std::unique_ptr<WalSums> sums,
            const WalStart& start);

    // Fails with `store_damaged` where a frame is not what was written.
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out);
    // A header of the WAL, a header of a frame, or the page of one.
    Result<> write(std::uint64_t offset, std::span<const std::uint8_t> bytes);
    Result<> sync();
    // To 0, once all of it is in the synced main file, or behind its last frame.
    Result<> truncate(std::uint64_t size);
    std::uint64_t size() const { return size_.load(std::memory_order_acquire); }

    // Tells the mark of what is flushed.
    Result<> write_mark();
    // Cuts what was not flushed and syncs; no transaction writes. Where that goes well, writes may go on.
    Result<> cut_to_last_flush();

    // Whether page 1 of the main file is overruled.
    bool holds_page_one() const { return holds_page_one_.load(std::memory_order_acquire); }
    std::uint32_t flushed_frames() const { return flushed_.load(std::memory_order_acquire); }
    // Bytes of the present generation.
    std::uint64_t used_bytes() const { return used_.load(std::memory_order_relaxed); }
    std::uint64_t flushes() const { return flushes_.load(std::memory_order_relaxed); }
    std::uint64_t flush_ns() const { return flush_ns_.load(std::memory_order_relaxed); }
    DiskFile& file() { return *file_; }

private:
    static constexpr std::size_t kGathered = 16 * kFrameBytes + kWalHeaderBytes;

    Result<> begin_generation(std::span<const std::uint8_t, kWalHeaderBytes> bytes);
    void note_frame_header(std::uint32_t frame, std::span<const std::uint8_t, kFrameHeaderBytes> bytes);
    Result<> note(std::uint64_t offset, std::span<const std::uint8_t> bytes);
    Result<> gather(std::uint64_t offset, std::span<const std::uint8_t> bytes);
    Result<> write_gathered();
    Result<> finish_generation();
    Result<> sync_file();
    Result<> failed(Result<> result);

    Result<std::size_t> read_header(std::uint64_t offset, std::span<std::uint8_t> out);
    Result<std::size_t> read_frame(std::uint64_t offset, std::span<std::uint8_t> out);
    Result<std::size_t> read_file(std::uint64_t offset, std::span<std::uint8_t> out);
    Result<> check_header(std::uint32_t frame, std::span<const std::uint8_t> bytes);
    Result<> check_page(std::uint32_t frame, std::span<const std::uint8_t> bytes);
    Failure damaged(std::uint32_t frame);

    std::unique_ptr<DiskFile> file_;
    std::string path_;
    Ports ports_;
    std::unique_ptr<WalSums> sums_;

    std::mutex mutex_;  // what follows, but for what is atomic
    Salts salts_{};
    bool has_generation_ = false;
    std::atomic<bool> header_known_ = false;
    std::atomic<std::uint32_t> header_sum_ = 0;
    std::uint32_t committed_ = 0;  // the last commit frame that was written whole
    std::unique_ptr<std::array<std::uint8_t, kGathered>> gathered_;
    std::size_t gathered_bytes_ = 0;
    // Where the gathered bytes belong, for readers: nowhere while the begin lies behind the end.
    std::atomic<std::uint64_t> gathered_begin_ = 0;
    std::atomic<std::uint64_t> gathered_end_ = 0;

    std::atomic<std::uint32_t> flushed_ = 0;
    std::atomic<std::uint64_t> size_ = 0;
    std::atomic<std::uint64_t> used_ = 0;
    std::atomic<std::uint64_t> flushes_ = 0;
    std::atomic<std::uint64_t> flush_ns_ = 0;
    std::atomic<bool> holds_page_one_ = false;
};

}  // namespace skep::store
