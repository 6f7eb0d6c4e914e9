// A flipped bit, a cut and a lost file are told by name, at the next read of that place, at opening, or by the scrub.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/testing/manual_clock.hpp"
#include "store/detail/files/mark.hpp"
#include "store/detail/files/store_files.hpp"
#include "store/detail/files/wal_format.hpp"
#include "store/testing/fake_disk.hpp"
#include "store/testing/raw_connection.hpp"

namespace skep::store {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr const char* kFolder = "/data/shop";
constexpr const char* kMain = "/data/shop/store.db";
constexpr const char* kWal = "/data/shop/store.db-wal";
constexpr const char* kMark = "/data/shop/store.db-mark";
constexpr const char* kFill =
    "CREATE TABLE t(id INTEGER PRIMARY KEY, a TEXT);"
    "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 40)"
    "INSERT INTO t SELECT i, hex(zeroblob(500)) FROM n;";
constexpr const char* kReadAll = "PRAGMA cache_size=0; PRAGMA integrity_check";

void copy(DiskFile& from, DiskFile& to) {
    std::vector<std::uint8_t> bytes(from.size().value());
    EXPECT_TRUE(from.read(0, bytes));
    EXPECT_TRUE(to.write(0, bytes));
}

class Damage : public ::testing::Test {
protected:
    Result<std::unique_ptr<StoreFiles>> try_open(FakeDisk& disk) { return StoreFiles::open(disk, clock_, kFolder); }
    void open() { files_ = try_open(*disk_).value(); }
    void close() { files_.reset(); }

    // A store whose rows are all in the main file.
    void fill_main() {
        open();
        RawConnection(*files_).ask(kFill);
        close();
    }

    // A store with `commits` in the WAL, of one row each, and a connection that stays.
    void fill_wal(int commits) {
        fill_main();
        open();
        writer_ = std::make_unique<RawConnection>(*files_);
        writer_->run("PRAGMA wal_autocheckpoint=0");
        for (int i = 0; i < commits; ++i)
            writer_->run(fmt::format("INSERT INTO t VALUES ({}, 'in the WAL')", 1'000 + i));
    }

    std::string failure() { return files_->failure() ? files_->failure()->to_string() : "none"; }

    // What the next read of everything tells after a bit of page or frame `number` flipped.
    std::string after_flip(const char* path, std::uint64_t offset) {
        auto damaged = disk_->after_power_cut(Unsynced::kept, *random_);
        damaged->flip_bit(path, offset, static_cast<unsigned>(random_->next() % 8));
        auto files = try_open(*damaged);
        if (!files)
            return files.error().to_string();
        RawConnection(**files).ask(kReadAll);
        return (*files)->failure() ? (*files)->failure()->to_string() : "none";
    }

    // Pages of the main file of which a flipped bit was not told by name.
    std::vector<std::uint64_t> untold_pages() {
        std::vector<std::uint64_t> untold;
        for (std::uint64_t page = 1; page <= disk_->size_of(kMain) / kPageBytes; ++page) {
            const std::uint64_t offset = (page - 1) * kPageBytes + random_->next() % kPageBytes;
            if (!after_flip(kMain, offset).starts_with(fmt::format("store_damaged: {} page {}:", kMain, page)))
                untold.push_back(page);
        }
        return untold;
    }

    // Frames of the WAL of which a flipped bit was not told at opening after a crash.
    std::vector<std::uint32_t> untold_frames() {
        std::vector<std::uint32_t> untold;
        for (std::uint32_t frame = 1; frame <= frames_in(disk_->size_of(kWal)); ++frame) {
            const std::uint64_t offset = frame_offset(frame) + random_->next() % kFrameBytes;
            if (!after_flip(kWal, offset).starts_with(fmt::format("store_damaged: {} frame {}:", kWal, frame)))
                untold.push_back(frame);
        }
        return untold;
    }

    std::vector<std::string> scrub() { return files_->scrub(nullptr, nullptr).value(); }

    std::uint32_t last_frame() { return frames_in(disk_->size_of(kWal)); }

    std::string rows_after_crash() { return rows_in(*disk_->after_power_cut(Unsynced::lost, *random_)); }

    std::string rows_in(FakeDisk& disk) {
        auto files = try_open(disk);
        return files ? RawConnection(**files).ask("SELECT count(*) FROM t") : files.error().to_string();
    }

    ManualClock clock_;
    std::unique_ptr<Random> random_ = make_seeded_random(3);
    std::unique_ptr<FakeDisk> disk_ = std::make_unique<FakeDisk>();
    std::unique_ptr<StoreFiles> files_;
    std::unique_ptr<RawConnection> writer_;
};

TEST_F(Damage, a_flipped_bit_in_any_page_is_told_when_it_is_read) {
    fill_main();

    EXPECT_THAT(untold_pages(), IsEmpty());
    EXPECT_EQ(disk_->size_of(kMain) / kPageBytes, 12U);
}

TEST_F(Damage, a_page_in_the_place_of_another_is_told) {
    fill_main();
    auto file = disk_->open(kMain, OpenMode::existing).value();
    Page page{};
    ASSERT_TRUE(file->read(5 * kPageBytes, page));
    ASSERT_TRUE(file->write(6 * kPageBytes, page));
    open();

    RawConnection(*files_).ask(kReadAll);

    EXPECT_THAT(failure(), HasSubstr("store.db page 7"));
}

TEST_F(Damage, a_page_of_zeros_is_told) {
    fill_main();
    ASSERT_TRUE(disk_->open(kMain, OpenMode::existing).value()->write(6 * kPageBytes, Page{}));
    open();

    RawConnection(*files_).ask(kReadAll);

    EXPECT_THAT(failure(), HasSubstr("store.db page 7"));
}

TEST_F(Damage, a_damaged_page_fails_the_statement_and_stops_writes) {
    fill_main();
    open();
    disk_->flip_bit(kMain, 7 * kPageBytes + 100, 3);
    RawConnection connection(*files_);

    EXPECT_EQ(connection.run("SELECT sum(length(a)) FROM t"), SQLITE_IOERR_DATA);

    EXPECT_NE(connection.run("INSERT INTO t VALUES (5000, 'x')"), SQLITE_OK);
    EXPECT_TRUE(files_->cut_to_last_flush());
    EXPECT_THAT(failure(), HasSubstr("store.db page 8"));
}

TEST_F(Damage, a_cut_main_file_is_told_at_opening) {
    fill_main();
    disk_->cut(kMain, 9 * kPageBytes);

    EXPECT_THAT(try_open(*disk_).error().to_string(), HasSubstr("store.db page 10: the file ends before it"));
}

TEST_F(Damage, a_cut_main_file_that_was_brought_alone_is_told_at_opening) {
    fill_main();
    ASSERT_TRUE(disk_->remove(kMark) && disk_->remove(kWal));
    EXPECT_EQ(rows_in(*disk_->after_power_cut(Unsynced::kept, *random_)), "40 ");

    disk_->cut(kMain, 9 * kPageBytes);

    EXPECT_THAT(try_open(*disk_).error().to_string(), HasSubstr("store.db page 10: the file ends before it"));
}

TEST_F(Damage, a_main_file_that_is_cut_while_open_is_told_at_the_next_read) {
    fill_main();
    open();
    disk_->cut(kMain, 9 * kPageBytes);

    RawConnection(*files_).ask(kReadAll);

    EXPECT_THAT(failure(), HasSubstr("store.db page 1"));
}

TEST_F(Damage, a_flipped_bit_in_the_wal_is_told_when_the_frame_is_read) {
    fill_wal(3);
    disk_->flip_bit(kWal, frame_offset(last_frame()) + kFrameHeaderBytes + 77, 1);

    EXPECT_THAT(RawConnection(*files_).ask("SELECT * FROM t WHERE id >= 1000"), HasSubstr("disk I/O error"));

    EXPECT_EQ(failure(), fmt::format("store_damaged: {} frame {}: not what was written", kWal, last_frame()));
}

TEST_F(Damage, a_damaged_frame_is_not_copied_into_the_main_file) {
    fill_wal(3);
    disk_->flip_bit(kWal, frame_offset(last_frame()) + kFrameHeaderBytes + 77, 1);

    writer_->run("PRAGMA wal_checkpoint(TRUNCATE)");

    EXPECT_THAT(failure(), HasSubstr(fmt::format("store.db-wal frame {}", last_frame())));
    EXPECT_GT(disk_->size_of(kWal), 0U);
    EXPECT_EQ(disk_->after_power_cut(Unsynced::kept, *random_)->size_of(kMain), disk_->size_of(kMain));
}

TEST_F(Damage, a_flipped_bit_in_any_marked_frame_is_told_at_opening_after_a_crash) {
    fill_wal(6);
    ASSERT_TRUE(files_->write_mark());

    EXPECT_THAT(untold_frames(), IsEmpty());
    EXPECT_EQ(last_frame(), 8U);
}

TEST_F(Damage, without_a_mark_a_later_commit_proves_every_frame_but_its_own) {
    fill_wal(6);

    EXPECT_THAT(untold_frames(), ElementsAre(8U));
}

TEST_F(Damage, without_a_mark_a_flipped_bit_in_the_last_commit_loses_that_commit_alone) {
    fill_wal(6);
    disk_->flip_bit(kWal, frame_offset(8) + 300, 0);

    EXPECT_EQ(rows_after_crash(), "45 ");
}

TEST_F(Damage, a_flipped_bit_in_the_header_of_the_wal_is_told_at_opening) {
    fill_wal(3);

    EXPECT_THAT(after_flip(kWal, 17), HasSubstr("store.db-wal header"));
    ASSERT_TRUE(files_->write_mark());
    EXPECT_THAT(after_flip(kWal, 2), HasSubstr("store.db-wal header"));
}

TEST_F(Damage, a_wal_that_is_cut_below_its_mark_is_told_at_opening) {
    fill_wal(5);
    ASSERT_TRUE(files_->write_mark());
    disk_->cut(kWal, frame_offset(6) + 40);
    EXPECT_THAT(rows_after_crash(), HasSubstr("store.db-wal frame 6"));

    disk_->cut(kWal, 0);
    EXPECT_THAT(rows_after_crash(), HasSubstr("store.db-wal header"));
}

TEST_F(Damage, a_commit_that_is_in_the_main_file_is_not_taken_back_by_a_flipped_bit) {
    fill_wal(3);
    writer_->run("UPDATE t SET a = 'newer' WHERE id = 1002; PRAGMA wal_checkpoint(PASSIVE)");
    disk_->flip_bit(kWal, frame_offset(last_frame()) + 300, 0);

    EXPECT_THAT(rows_after_crash(), HasSubstr(fmt::format("store.db-wal frame {}", last_frame())));
}

TEST_F(Damage, a_wal_that_is_in_the_main_file_is_not_read_again) {
    fill_wal(3);
    writer_->run("PRAGMA wal_checkpoint(PASSIVE)");
    const auto left = disk_->after_power_cut(Unsynced::lost, *random_);
    const std::uint32_t last = last_frame();
    writer_->run("PRAGMA wal_checkpoint(TRUNCATE)");
    const auto mark = disk_->open(kMark, OpenMode::existing).value();
    copy(*mark, *left->open(kMark, OpenMode::existing).value());
    left->flip_bit(kWal, frame_offset(last) + 300, 0);

    EXPECT_EQ(rows_in(*left), "43 ");
}

TEST_F(Damage, a_torn_end_of_the_wal_is_not_damage) {
    fill_wal(4);
    disk_->cut(kWal, frame_offset(6) + 2'000);

    EXPECT_EQ(rows_after_crash(), "43 ");
}

TEST_F(Damage, a_savepoint_that_spilled_and_was_rolled_back_is_not_damage) {
    fill_wal(2);
    writer_->run("PRAGMA cache_size=4; PRAGMA cache_spill=2; BEGIN; SAVEPOINT handler");
    writer_->run(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 300)"
        "INSERT INTO t SELECT 5000 + i, hex(zeroblob(900)) FROM n; ROLLBACK TO handler");
    const std::uint32_t spilled = last_frame();
    writer_->run("INSERT INTO t VALUES (3000, 'x'); RELEASE handler; COMMIT");

    EXPECT_GT(spilled, 100U);
    EXPECT_EQ(rows_after_crash(), "43 ");
}

TEST_F(Damage, a_batch_that_a_power_cut_left_without_its_first_frame_is_not_damage) {
    fill_wal(2);
    const std::uint32_t before = last_frame();
    writer_->run("INSERT INTO t SELECT id + 5000, a FROM t");
    ASSERT_GT(last_frame(), before + 2);
    disk_->flip_bit(kWal, frame_offset(before + 1) + 100, 1);

    EXPECT_EQ(rows_after_crash(), "42 ");
}

TEST_F(Damage, a_lost_file_is_told_at_opening) {
    fill_wal(2);
    ASSERT_TRUE(files_->write_mark());
    const auto without_main = disk_->after_power_cut(Unsynced::kept, *random_);
    const auto without_wal = disk_->after_power_cut(Unsynced::kept, *random_);
    const auto without_mark = disk_->after_power_cut(Unsynced::kept, *random_);
    ASSERT_TRUE(without_main->remove(kMain) && without_wal->remove(kWal) && without_mark->remove(kMark));

    EXPECT_THAT(try_open(*without_main).error().to_string(), HasSubstr("store.db: is missing"));
    EXPECT_THAT(try_open(*without_wal).error().to_string(), HasSubstr("store.db-wal header"));
    EXPECT_THAT(try_open(*without_mark).error().to_string(), HasSubstr("store.db-mark: is missing"));
}

TEST_F(Damage, one_damaged_slot_of_the_mark_is_told_by_the_scrub) {
    fill_main();
    disk_->flip_bit(kMark, 9, 0);
    open();
    EXPECT_THAT(scrub(), ElementsAre(HasSubstr("store.db-mark slot 1")));
    close();
    disk_->flip_bit(kMark, kMarkSlotDistance + 30, 0);

    open();
    EXPECT_THAT(scrub(), ElementsAre(HasSubstr("store.db-mark slot 2")));
    close();

    open();
    EXPECT_THAT(scrub(), IsEmpty());
}

TEST_F(Damage, a_mark_without_a_whole_slot_is_told_at_opening) {
    fill_main();
    disk_->cut(kMark, 30);

    EXPECT_THAT(try_open(*disk_).error().to_string(), HasSubstr("store.db-mark"));
}

TEST_F(Damage, the_scrub_names_every_damaged_place) {
    fill_wal(3);
    disk_->flip_bit(kMain, 7 * kPageBytes + 9, 1);
    disk_->flip_bit(kMain, 9 * kPageBytes + 4'095, 1);
    disk_->flip_bit(kWal, frame_offset(2) + 2'000, 1);

    EXPECT_THAT(scrub(), ElementsAre(HasSubstr("store.db-wal frame 2:"), HasSubstr("store.db page 8:"),
                                     HasSubstr("store.db page 10:")));
}

TEST_F(Damage, the_scrub_tells_how_far_it_is) {
    fill_main();
    open();
    std::vector<std::uint64_t> told;

    ASSERT_TRUE(files_->scrub([](void* out, std::uint64_t done,
                                 std::uint64_t all) { *static_cast<std::vector<std::uint64_t>*>(out) = {done, all}; },
                              &told));

    EXPECT_THAT(told, ElementsAre(12U * kPageBytes, 12U * kPageBytes));
}

}  // namespace
}  // namespace skep::store
