#include "store/copy.hpp"

#include <fstream>
#include <sqlite3.h>

#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

bool go_on(std::uint64_t, std::uint64_t) {
    return true;
}

class CopyTest : public MachineStoreFixture {
protected:
    void set(std::int64_t value) {
        auto handler = start();
        write(*handler, "UPDATE t SET n = ? WHERE id = 1", params({value}));
        ASSERT_EQ(end(*handler).value(), Ending::settled);
    }
    // Enough rows for a few hundred pages.
    void fill() {
        auto handler = start();
        write(*handler, "CREATE TABLE big (id INTEGER PRIMARY KEY, body TEXT)");
        write(*handler,
              "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 2000) "
              "INSERT INTO big SELECT n, hex(zeroblob(500)) FROM numbers");
        ASSERT_EQ(end(*handler).value(), Ending::settled);
    }
    // Puts the copy in the place of the store.
    void put_in_place() {
        store.reset();
        std::filesystem::remove(folder / "store.db-wal");
        std::filesystem::remove(folder / "store.db-mark");
        std::filesystem::rename(copy, folder / "store.db");
        reopen();
    }
    void flip_a_bit(const std::filesystem::path& file, std::streamoff offset) {
        std::fstream stream(file, std::ios::in | std::ios::out | std::ios::binary);
        stream.seekg(offset);
        const char byte = static_cast<char>(stream.get() ^ 1);
        stream.seekp(offset);
        stream.put(byte);
    }

    std::filesystem::path copy = folder / "copy.db";
};

TEST_F(CopyTest, a_backup_is_a_store_again) {
    fill();
    set(7);

    const auto bytes = back_up_store(*store, copy, go_on);
    set(8);

    ASSERT_TRUE(bytes);
    EXPECT_EQ(*bytes, std::filesystem::file_size(copy));
    put_in_place();
    EXPECT_EQ(seen(), 7);
    EXPECT_EQ(seen("SELECT count(*) FROM big"), 2'000);
    set(9);
    reopen();
    EXPECT_EQ(seen(), 9);
}

TEST_F(CopyTest, a_backup_is_of_one_moment) {
    fill();
    bool has_written = false;

    const auto write_meanwhile = [&](std::uint64_t, std::uint64_t) {
        if (!std::exchange(has_written, true))
            set(8);
        return true;
    };
    ASSERT_TRUE(back_up_store(*store, copy, write_meanwhile));

    EXPECT_EQ(seen(), 8);
    put_in_place();
    EXPECT_EQ(seen(), 0);
}

TEST_F(CopyTest, a_flipped_bit_in_a_backup_is_named) {
    fill();
    ASSERT_TRUE(back_up_store(*store, copy, go_on));
    EXPECT_EQ(check_backup(store_disk(), copy, go_on).value(), std::vector<std::string>{});

    flip_a_bit(copy, 6 * 4096 + 100);

    EXPECT_EQ(check_backup(store_disk(), copy, go_on).value(),
              std::vector<std::string>{"page 7: not what was written"});
}

TEST_F(CopyTest, a_backup_that_was_cut_off_is_named) {
    fill();
    ASSERT_TRUE(back_up_store(*store, copy, go_on));

    std::filesystem::resize_file(copy, 3 * 4096 + 5);

    EXPECT_EQ(check_backup(store_disk(), copy, go_on).value(), std::vector<std::string>{"page 4: is cut off"});
}

TEST_F(CopyTest, an_export_is_plain_sqlite) {
    set(7);

    ASSERT_TRUE(export_store(*store, copy, go_on));

    sqlite3* database = nullptr;
    ASSERT_EQ(sqlite3_open(copy.c_str(), &database), SQLITE_OK);
    sqlite3_stmt* statement = nullptr;
    ASSERT_EQ(sqlite3_prepare_v2(database, "SELECT n FROM t", -1, &statement, nullptr), SQLITE_OK);
    EXPECT_EQ(sqlite3_step(statement), SQLITE_ROW);
    EXPECT_EQ(sqlite3_column_int(statement, 0), 7);
    sqlite3_finalize(statement);
    EXPECT_EQ(sqlite3_exec(database, "PRAGMA integrity_check; INSERT INTO t VALUES (2, 2)", nullptr, nullptr, nullptr),
              SQLITE_OK);
    sqlite3_close(database);
    EXPECT_FALSE(std::filesystem::exists(copy.string() + "-wal"));
}

TEST_F(CopyTest, a_copy_tells_how_far_it_is) {
    fill();
    std::vector<std::pair<std::uint64_t, std::uint64_t>> told;

    const auto bytes = export_store(*store, copy, [&](std::uint64_t done, std::uint64_t all) {
        told.emplace_back(done, all);
        return true;
    });

    ASSERT_GE(told.size(), 2U);
    EXPECT_EQ(told.front().first, 256U * 4096U);
    EXPECT_EQ(told.back(), std::pair(*bytes, *bytes));
}

TEST_F(CopyTest, a_copy_that_is_cancelled_leaves_no_file) {
    fill();

    const auto cancelled = back_up_store(*store, copy, [](std::uint64_t, std::uint64_t) { return false; });

    EXPECT_EQ(cancelled.error().name(), "cancelled");
    EXPECT_FALSE(std::filesystem::exists(copy));
    set(5);
    EXPECT_EQ(seen(), 5);
}

TEST_F(CopyTest, a_copy_keeps_what_is_there) {
    std::ofstream(copy) << "mine";

    EXPECT_EQ(back_up_store(*store, copy, go_on).error().name(), "already_exists");
    EXPECT_EQ(export_store(*store, copy, go_on).error().name(), "already_exists");
    EXPECT_EQ(std::filesystem::file_size(copy), 4U);
}

TEST_F(CopyTest, a_copy_into_a_folder_that_is_not_there_says_so) {
    const auto copied = export_store(*store, folder / "none" / "copy.db", go_on);

    EXPECT_EQ(copied.error().name(), "path_not_writable");
    EXPECT_TRUE(copied.error().message().ends_with("none/copy.db: No such file or directory"));
}

}  // namespace
}  // namespace skep::store
