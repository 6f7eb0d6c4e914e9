#include "admin/store_reports.hpp"

#include "store/testing/store_fixture.hpp"

namespace skep::admin {
namespace {

using StoreReportsTest = store::MachineStoreFixture;

TEST_F(StoreReportsTest, tells_sizes_and_what_the_store_did) {
    const StoreReports reports;

    const telemetry::StoreReport report = reports.of(*store);

    EXPECT_EQ(report.state, "open");
    const auto wal_bytes = std::filesystem::file_size(folder / "store.db-wal");
    EXPECT_GT(wal_bytes, 0U);
    EXPECT_EQ(report.wal_bytes, wal_bytes);
    EXPECT_EQ(report.bytes, std::filesystem::file_size(folder / "store.db") + wal_bytes +
                                std::filesystem::file_size(folder / "store.db-mark"));
    EXPECT_EQ(report.quota_bytes, 10ULL << 30);
    EXPECT_EQ(report.turns, 1U);
    EXPECT_EQ(report.batches, 1U);
    EXPECT_EQ(report.batch_handlers, 1U);
    EXPECT_EQ(report.flushes, 1U);
    EXPECT_EQ(report.dropped_batches, 0U);
}

TEST_F(StoreReportsTest, a_store_that_nobody_used_is_closed_and_has_no_size) {
    reopen();
    for (const char* file : {"store.db", "store.db-wal", "store.db-mark"})
        std::filesystem::remove(folder / file);

    const telemetry::StoreReport report = StoreReports().of(*store);

    EXPECT_EQ(report.state, "closed");
    EXPECT_EQ(report.bytes, 0U);
}

TEST_F(StoreReportsTest, what_was_closed_is_looked_at_once_more) {
    const StoreReports reports;
    const std::uint64_t before = reports.of(*store).bytes;
    ASSERT_TRUE(store->close_if_idle());

    const std::uint64_t closed = reports.of(*store).bytes;
    std::filesystem::resize_file(folder / "store.db", 4096);

    EXPECT_NE(closed, before);
    EXPECT_EQ(reports.of(*store).bytes, closed);
}

TEST_F(StoreReportsTest, a_store_that_cannot_be_opened_has_failed) {
    store->close_if_idle();
    std::filesystem::remove(folder / "store.db");
    EXPECT_FALSE(store->pin_blocking());

    const telemetry::StoreReport report = StoreReports().of(*store);

    EXPECT_EQ(report.state, "failed");
    EXPECT_TRUE(report.error.starts_with("store_damaged: "));
}

}  // namespace
}  // namespace skep::admin
