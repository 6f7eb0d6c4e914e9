// Any bytes as a store's log and mark: judged without reading outside, then opened by SQLite where they pass.
#include <cstddef>
#include <cstdint>
#include <span>

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

// The frames' checksums are mended where the first byte asks for it, so that more than the first frame is read.
std::vector<std::uint8_t> mended(std::span<const std::uint8_t> bytes) {
    std::vector<std::uint8_t> wal(bytes.begin(), bytes.end());
    if (wal.size() < kWalHeaderBytes)
        return wal;
    const auto put_sum = [&](std::size_t at, WalChecksum sum) {
        for (std::size_t i = 0; i < 4; ++i) {
            wal[at + i] = static_cast<std::uint8_t>(sum.first >> (24 - 8 * i));
            wal[at + 4 + i] = static_cast<std::uint8_t>(sum.second >> (24 - 8 * i));
        }
    };
    WalChecksum sum = wal_checksum({}, std::span(wal).first(24));
    put_sum(24, sum);
    for (std::size_t at = kWalHeaderBytes; at + kFrameBytes <= wal.size(); at += kFrameBytes) {
        std::copy_n(wal.begin() + 16, 8, wal.begin() + static_cast<std::ptrdiff_t>(at + 8));
        sum = frame_checksum(sum, std::span<const std::uint8_t, kFrameBytes>(wal.data() + at, kFrameBytes));
        put_sum(at + 16, sum);
    }
    return wal;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 1 + sizeof(Salts) + 1)
        return 0;
    const std::span<const std::uint8_t> input(data, size);
    FakeDisk disk;
    CHECK(disk.make_folder("/d"));
    put(disk, "/d/store.db", first_page());
    put(disk, "/d/store.db-wal",
        input[0] % 2 == 0 ? mended(input.subspan(10)) : std::vector(input.begin() + 10, input.end()));
    MarkContent mark{.sequence = 2, .wal = static_cast<MarkContent::Wal>(input[0] / 2 % 2), .frames = input[9]};
    std::copy_n(input.begin() + 1, mark.salts.size(), mark.salts.begin());
    put(disk, "/d/store.db-mark", encode_mark(mark));

    const ManualClock clock;
    auto files = StoreFiles::open(disk, clock, "/d");
    if (!files) {
        CHECK(files.error().name() == "store_damaged");
        return 0;
    }
    RawConnection connection(**files);
    (void)connection.ask("PRAGMA integrity_check; SELECT * FROM sqlite_schema");
    CHECK((*files)->scrub(nullptr, nullptr));
    return 0;
}
