#include "store/detail/files/page_file.hpp"

#include <algorithm>
#include <cstring>

#include "store/detail/files/crc32c.hpp"

namespace skep::store {
namespace {

constexpr std::size_t kCheckedBytes = kPageBytes - kReservedBytes;
constexpr std::array<std::uint8_t, 4> kStampVersion{'S', 'k', 'p', '1'};
constexpr std::string_view kMagic("SQLite format 3\0", 16);

std::array<std::uint8_t, kReservedBytes> stamp_of(std::uint32_t number, std::span<const std::uint8_t> page) {
    const std::uint32_t sum = crc32c(page.first(kCheckedBytes), number);
    std::array<std::uint8_t, kReservedBytes> stamp{};
    for (std::size_t i = 0; i < 4; ++i)
        stamp[i] = static_cast<std::uint8_t>(sum >> (8 * i));
    std::ranges::copy(kStampVersion, stamp.begin() + 4);
    return stamp;
}

std::uint32_t page_at(std::uint64_t offset) {
    return static_cast<std::uint32_t>(offset / kPageBytes + 1);
}

}  // namespace

void stamp_page(std::uint32_t number, std::span<std::uint8_t, kPageBytes> page) {
    std::ranges::copy(stamp_of(number, page), page.begin() + kCheckedBytes);
}

bool page_is_whole(std::uint32_t number, std::span<const std::uint8_t, kPageBytes> page) {
    return std::ranges::equal(stamp_of(number, page), page.subspan(kCheckedBytes));
}

// https://www.sqlite.org/fileformat2.html, sections 1.3 and 1.6.
Page first_page() {
    Page page{};
    std::ranges::copy(kMagic, page.begin());
    page[16] = kPageBytes >> 8;
    page[18] = 2;  // written and read in journal mode WAL
    page[19] = 2;
    page[20] = kReservedBytes;
    page[21] = 64;  // payload fractions, fixed
    page[22] = 32;
    page[23] = 32;
    page[27] = 1;      // change counter
    page[31] = 1;      // pages
    page[95] = 1;      // the change counter for which the number of pages holds
    page[100] = 0x0D;  // a leaf of a table, without cells
    page[105] = kCheckedBytes >> 8;
    page[106] = kCheckedBytes & 0xFF;
    stamp_page(1, page);
    return page;
}

std::uint32_t pages_by_header(std::span<const std::uint8_t, kPageBytes> first) {
    const auto number_at = [&](std::size_t at) {
        return std::uint32_t{first[at]} << 24 | std::uint32_t{first[at + 1]} << 16 | std::uint32_t{first[at + 2]} << 8 |
               first[at + 3];
    };
    constexpr std::size_t kChangeCounter = 24;
    constexpr std::size_t kPages = 28;
    constexpr std::size_t kPagesValidFor = 92;
    return number_at(kChangeCounter) == number_at(kPagesValidFor) ? number_at(kPages) : 0;
}

PageFile::PageFile(std::unique_ptr<DiskFile> file, std::uint64_t size, std::string path, FirstFailure& failure)
    : file_(std::move(file)), size_(size), path_(std::move(path)), failure_(failure) {}

Result<> PageFile::recorded(Result<> result, FirstFailure::Writes writes) {
    if (!result) [[unlikely]]
        failure_.record(result.error(), writes);
    return result;
}

Result<> PageFile::check(std::uint32_t number) {
    Page page;
    return read_page(number, page);
}

Result<> PageFile::check_size() {
    Page page;
    TRY_DO(read_page(1, page));
    const std::uint32_t expected = pages_by_header(page);
    if (pages() < expected)
        return fail("store_damaged", "{} page {}: the file ends before it, and had {} pages", path_, pages() + 1,
                    expected);
    return {};
}

Result<> PageFile::read_page(std::uint32_t number, std::span<std::uint8_t, kPageBytes> out) {
    TRY(const std::size_t count, file_->read((number - 1) * std::uint64_t{kPageBytes}, out));
    if (count < out.size())
        return fail("store_damaged", "{} page {}: the file ends before it", path_, number);
    if (!page_is_whole(number, out))
        return fail("store_damaged", "{} page {}: its checksum is another one", path_, number);
    return {};
}

Result<std::size_t> PageFile::read(std::uint64_t offset, std::span<std::uint8_t> out, FirstPage first) {
    const std::uint32_t number = page_at(offset);
    if (number > pages())
        return 0;
    if (out.size() == kPageBytes && offset % kPageBytes == 0) [[likely]] {
        TRY_DO(recorded(read_page(number, out.first<kPageBytes>()), FirstFailure::Writes::stop));
        return out.size();
    }

    // A part of the header.
    Page page{};
    const std::lock_guard lock(first_page_);
    Result<> whole = read_page(number, page);
    if (!whole && !(number == 1 && first == FirstPage::in_wal && whole.error().name() == "store_damaged"))
        return pass_on(recorded(std::move(whole), FirstFailure::Writes::stop));
    const std::size_t at = offset % kPageBytes;
    const std::size_t count = std::min(out.size(), kPageBytes - at);
    std::memcpy(out.data(), page.data() + at, count);
    return count;
}

Result<> PageFile::write_stamped(std::uint32_t number, std::span<const std::uint8_t, kPageBytes> page) {
    Page stamped;
    std::memcpy(stamped.data(), page.data(), kCheckedBytes);
    stamp_page(number, stamped);
    return file_->write((number - 1) * std::uint64_t{kPageBytes}, stamped);
}

// A page that SQLite leaves out, because nobody will read what is in it, gets a checksum all the same. It is synced
// before what follows it is there: a crash must not leave a page of zeros without one, that no frame of the WAL covers.
Result<> PageFile::extend_to(std::uint32_t target) {
    static constexpr Page kZeros{};
    if (pages() >= target)
        return {};
    for (std::uint32_t number = pages() + 1; number <= target; ++number)
        TRY_DO(write_stamped(number, kZeros));
    size_.store(target * std::uint64_t{kPageBytes}, std::memory_order_release);
    return file_->sync();
}

Result<> PageFile::write(std::uint64_t offset, std::span<const std::uint8_t> page) {
    TRY_DO(failure_.check_writable());
    if (page.size() != kPageBytes || offset % kPageBytes != 0)
        return fail(internal("a write of {} bytes at {} of {}, not of a page", page.size(), offset, path_));
    const std::uint32_t number = page_at(offset);
    const auto writes_after = [](const Result<>& result) {
        return !result && result.error().name() == "disk_full" ? FirstFailure::Writes::go_on
                                                               : FirstFailure::Writes::stop;
    };
    Result<> extended = extend_to(number - 1);
    if (!extended)
        return recorded(std::move(extended), FirstFailure::Writes::stop);

    std::unique_lock lock(first_page_, std::defer_lock);
    if (number == 1)
        lock.lock();
    Result<> written = write_stamped(number, page.first<kPageBytes>());
    if (written && offset + kPageBytes > size())
        size_.store(offset + kPageBytes, std::memory_order_release);
    const auto after = writes_after(written);
    return recorded(std::move(written), after);
}

Result<> PageFile::truncate(std::uint64_t size) {
    TRY_DO(failure_.check_writable());
    if (size > this->size())
        return recorded(extend_to(static_cast<std::uint32_t>(size / kPageBytes)), FirstFailure::Writes::stop);
    if (size == this->size())
        return {};
    Result<> cut = file_->truncate(size);
    if (cut) {
        size_.store(size, std::memory_order_release);
        set_synced_pages(std::min(synced_pages(), pages()));
    }
    return recorded(std::move(cut), FirstFailure::Writes::stop);
}

Result<> PageFile::sync() {
    TRY_DO(failure_.check_writable());
    const std::uint32_t synced = pages();
    Result<> done = file_->sync();
    if (done)
        set_synced_pages(synced);
    return recorded(std::move(done), FirstFailure::Writes::stop);
}

}  // namespace skep::store
