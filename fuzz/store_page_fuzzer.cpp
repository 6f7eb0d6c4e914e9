// Any bytes as a store's main file: refused by name, or read by SQLite as they are where their checksums are mended.
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "base/check.hpp"
#include "base/testing/manual_clock.hpp"
#include "store/detail/files/mark.hpp"
#include "store/detail/files/page_file.hpp"
#include "store/testing/fake_disk.hpp"
#include "store/testing/raw_connection.hpp"

namespace {

using namespace skep;
using namespace skep::store;

void put(FakeDisk& disk, const char* path, std::span<const std::uint8_t> bytes) {
    const auto file = disk.open(path, OpenMode::create).value();
    if (!bytes.empty())
        CHECK(file->write(0, bytes));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    std::vector<std::uint8_t> main(data + 1, data + size);
    const bool mends = data[0] % 2 == 0;
    for (std::uint32_t page = 1; mends && page * kPageBytes <= main.size(); ++page)
        stamp_page(page, std::span<std::uint8_t, kPageBytes>(main.data() + (page - 1) * kPageBytes, kPageBytes));
    FakeDisk disk;
    CHECK(disk.make_folder("/d"));
    put(disk, "/d/store.db", main);
    put(disk, "/d/store.db-wal", {});
    put(disk, "/d/store.db-mark", encode_mark({.sequence = 2, .main_pages = data[0] / 2U}));

    const ManualClock clock;
    auto files = StoreFiles::open(disk, clock, "/d");
    if (!files) {
        CHECK(files.error().name() == "store_damaged");
        return 0;
    }
    RawConnection connection(**files);
    (void)connection.ask("SELECT * FROM sqlite_schema; SELECT * FROM t; PRAGMA integrity_check");
    (void)connection.ask("CREATE TABLE u(a); INSERT INTO u VALUES (1)");
    CHECK((*files)->scrub(nullptr, nullptr));
    return 0;
}
