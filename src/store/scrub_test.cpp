#include "store/scrub.hpp"

#include <fstream>

#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

class ScrubTest : public MachineStoreFixture {
protected:
    Result<std::vector<std::string>> scrub() {
        store.reset();
        return scrub_store(store_disk(), loop.clock(), folder,
                           [this](std::uint64_t done, std::uint64_t all) { told = std::pair(done, all); });
    }

    std::pair<std::uint64_t, std::uint64_t> told;
};

TEST_F(ScrubTest, a_store_that_is_well_has_nothing_to_report) {
    EXPECT_EQ(scrub().value(), std::vector<std::string>{});

    EXPECT_GT(told.second, 0U);
    EXPECT_EQ(told.first, told.second);
}

TEST_F(ScrubTest, a_flipped_bit_is_named) {
    scrub().value();
    std::fstream file(folder / "store.db-wal", std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(32 + 24 + 1'000);
    file.put('\x55');
    file.close();

    const auto damaged = scrub().value();

    ASSERT_FALSE(damaged.empty());
    EXPECT_NE(damaged.front().find("store.db-wal"), std::string::npos) << damaged.front();
}

TEST_F(ScrubTest, a_missing_file_is_named) {
    scrub().value();
    std::filesystem::remove(folder / "store.db");

    const auto damaged = scrub().value();

    ASSERT_EQ(damaged.size(), 1U);
    EXPECT_NE(damaged.front().find("store.db: is missing"), std::string::npos) << damaged.front();
}

}  // namespace
}  // namespace skep::store
