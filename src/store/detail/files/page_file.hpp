#pragma once
// PageFile: a store's main file, `store.db`, with a checksum at the end of each page.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <string>

#include "store/detail/files/first_failure.hpp"
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

// How many pages its header gives the database; 0 where it does not say.
std::uint32_t pages_by_header(std::span<const std::uint8_t, kPageBytes> first);

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
    // How many of them a power cut leaves there at least; at opening, what the mark knows of.
    std::uint32_t synced_pages() const { return synced_pages_.load(std::memory_order_acquire); }
    void set_synced_pages(std::uint32_t pages) { synced_pages_.store(pages, std::memory_order_release); }

    // Fails with `store_damaged` where the page is; records nothing. For scrubs and openings.
    Result<> check(std::uint32_t number);
    // Whether all pages are there that page 1 tells of, where nothing else does.
    Result<> check_size();

private:
    Result<> read_page(std::uint32_t number, std::span<std::uint8_t, kPageBytes> out);
    Result<> write_stamped(std::uint32_t number, std::span<const std::uint8_t, kPageBytes> page);
    Result<> extend_to(std::uint32_t pages);
    Result<> recorded(Result<> result, FirstFailure::Writes writes);

    std::unique_ptr<DiskFile> file_;
    std::atomic<std::uint64_t> size_;
    std::atomic<std::uint32_t> synced_pages_ = 0;
    std::string path_;
    FirstFailure& failure_;
    std::mutex first_page_;  // its header is read while a checkpoint may write it
};

}  // namespace skep::store
