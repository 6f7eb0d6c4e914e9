#pragma once
// PageFile: a store's main file, `store.db`, with a checksum at the end of each page.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "store/detail/first_failure.hpp"
#include "store/disk.hpp"

namespace skep::store {

inline constexpr std::size_t kPageBytes = 4096;
// At the end of each page, for the checksum; SQLite keeps out of it.
inline constexpr std::size_t kReservedBytes = 8;

using Page = std::array<std::uint8_t, kPageBytes>;

// Writes the checksum of page `number` (from 1 on) into its end.
void stamp_page(std::uint32_t number, std::span<std::uint8_t, kPageBytes> page);
bool page_is_whole(std::uint32_t number, std::span<const std::uint8_t, kPageBytes> page);

// Page 1 of a database without tables: 4 KiB pages, 8 bytes reserved, journal mode WAL, stamped.
Page first_page();

// Any thread; one writes at a time. Allocates nothing.
class PageFile {
public:
    // `file` holds `size` bytes, whole pages; `path` names it in errors. `failure` outlives it.
    PageFile(std::unique_ptr<DiskFile> file, std::uint64_t size, std::string path, FirstFailure& failure);

    // Whether page 1 may be torn, because the WAL holds a newer one: what is read of the header is then overruled.
    enum class FirstPage : std::uint8_t { whole, in_wal };

    // Reads at least one page whole and checks it. Returns fewer bytes than `out` has beyond the end. Fails with
    // `store_damaged`.
    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out, FirstPage first);

    // Writes one page with its checksum.
    Result<> write(std::uint64_t offset, std::span<const std::uint8_t> page);
    Result<> truncate(std::uint64_t size);
    Result<> sync();

    std::uint64_t size() const { return size_.load(std::memory_order_acquire); }
    std::uint32_t pages() const { return static_cast<std::uint32_t>(size() / kPageBytes); }
    // How many of them a crash leaves there.
    // What is known to be synced of a file that was there already: a killed process, or a failed sync, may have left
    // more that is not.
    void assume_synced(std::uint32_t pages) { synced_pages_.store(pages, std::memory_order_release); }
    std::uint32_t synced_pages() const { return synced_pages_.load(std::memory_order_acquire); }

    // "… is damaged", or nothing; records nothing. For scrubs.
    Result<> check(std::uint32_t number);

private:
    Result<> read_page(std::uint32_t number, std::span<std::uint8_t, kPageBytes> out);
    Result<> write_stamped(std::uint32_t number, std::span<const std::uint8_t, kPageBytes> page);
    Result<> extend_to(std::uint32_t pages);
    Result<> recorded(Result<> result, FirstFailure::Writes writes);

    std::unique_ptr<DiskFile> file_;
    std::atomic<std::uint64_t> size_;
    std::atomic<std::uint32_t> synced_pages_;
    std::string path_;
    FirstFailure& failure_;
    std::mutex first_page_;  // its header is read while a checkpoint may write it
};

}  // namespace skep::store
