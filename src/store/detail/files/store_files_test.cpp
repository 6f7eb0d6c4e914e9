#include "store/detail/files/store_files.hpp"

#include <cstdlib>
#include <sqlite3.h>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace skep::store {
namespace {

class StoreFilesOnDisk : public ::testing::Test {
protected:
    void SetUp() override {
        std::string name = (std::filesystem::temp_directory_path() / "skep-store-XXXXXX").string();
        folder_ = ::mkdtemp(name.data());
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::unique_ptr<Disk> disk_ = make_system_disk();
    SystemClock clock_;
    std::filesystem::path folder_;
};

sqlite3* connect(const StoreFiles& files) {
    sqlite3* db = nullptr;
    EXPECT_EQ(sqlite3_open_v2(files.database().c_str(), &db, SQLITE_OPEN_READWRITE, files.vfs_name()), SQLITE_OK);
    return db;
}

std::string ask(sqlite3* db, const char* sql) {
    std::string answer;
    char* message = nullptr;
    sqlite3_exec(
        db, sql,
        [](void* out, int count, char** values, char**) {
            for (int i = 0; i < count; ++i)
                *static_cast<std::string*>(out) += (values[i] != nullptr ? values[i] : "NULL") + std::string(" ");
            return 0;
        },
        &answer, &message);
    if (message != nullptr)
        answer += message;
    sqlite3_free(message);
    return answer;
}

TEST_F(StoreFilesOnDisk, a_new_store_is_a_wal_database_of_4_kib_pages_with_8_bytes_reserved) {
    auto files = StoreFiles::open(*disk_, clock_, folder_ / "shop").value();
    sqlite3* db = connect(*files);

    EXPECT_EQ(ask(db, "PRAGMA page_size; PRAGMA journal_mode; PRAGMA page_count; PRAGMA integrity_check"),
              "4096 wal 1 ok ");

    int reserved = -1;
    sqlite3_file_control(db, "main", SQLITE_FCNTL_RESERVE_BYTES, &reserved);
    EXPECT_EQ(reserved, 8);
    sqlite3_close(db);
}

TEST_F(StoreFilesOnDisk, keeps_what_was_written) {
    {
        auto files = StoreFiles::open(*disk_, clock_, folder_).value();
        sqlite3* db = connect(*files);
        EXPECT_EQ(ask(db, "CREATE TABLE t(a); INSERT INTO t VALUES (1), (2); PRAGMA wal_checkpoint"), "0 3 3 ");
        EXPECT_EQ(ask(db, "INSERT INTO t VALUES (3)"), "");
        sqlite3_close(db);
        EXPECT_FALSE(files->failure());
    }

    auto files = StoreFiles::open(*disk_, clock_, folder_).value();
    sqlite3* db = connect(*files);
    EXPECT_EQ(ask(db, "SELECT sum(a) FROM t; PRAGMA integrity_check"), "6 ok ");
    sqlite3_close(db);
}

TEST_F(StoreFilesOnDisk, readers_see_their_snapshot_beside_a_writer) {
    auto files = StoreFiles::open(*disk_, clock_, folder_).value();
    sqlite3* writer = connect(*files);
    sqlite3* reader = connect(*files);
    ask(writer, "CREATE TABLE t(a); INSERT INTO t VALUES (1)");
    ask(reader, "BEGIN; SELECT * FROM t");

    EXPECT_EQ(ask(writer, "INSERT INTO t VALUES (2)"), "");

    EXPECT_EQ(ask(reader, "SELECT count(*) FROM t; COMMIT; SELECT count(*) FROM t"), "1 2 ");
    sqlite3_close(writer);
    EXPECT_EQ(ask(reader, "SELECT count(*) FROM t"), "2 ");
    sqlite3_close(reader);
}

TEST_F(StoreFilesOnDisk, sorts_in_temporary_files) {
    auto files = StoreFiles::open(*disk_, clock_, folder_).value();
    sqlite3* db = connect(*files);

    const std::string first = ask(db,
                                  "PRAGMA cache_size=10; PRAGMA cache_spill=1;"
                                  "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i+1 FROM n WHERE i<20000)"
                                  "SELECT i FROM (SELECT i, hex(zeroblob(200)) FROM n ORDER BY -i) LIMIT 1");

    EXPECT_EQ(first, "20000 ");
    sqlite3_close(db);
}

// Moves amounts between two rows, again and again, and empties the WAL between.
void transfer(const StoreFiles& files, int times) {
    sqlite3* db = connect(files);
    for (int i = 0; i < times; ++i) {
        ask(db,
            "BEGIN IMMEDIATE; UPDATE t SET a = a - 1 WHERE rowid = 1; UPDATE t SET a = a + 1 WHERE rowid = 2; COMMIT");
        if (i % 10 == 9)
            ask(db, i % 20 == 9 ? "PRAGMA wal_checkpoint(PASSIVE)" : "PRAGMA wal_checkpoint(RESTART)");
    }
    sqlite3_close(db);
}

// How often the sum of all rows was another one than 100.
int count_wrong_sums(const StoreFiles& files, int times) {
    int wrong = 0;
    for (int i = 0; i < times; ++i) {
        sqlite3* db = connect(files);
        wrong += ask(db, "PRAGMA cache_size=0; SELECT sum(a) FROM t; SELECT sum(a) FROM t") == "100 100 " ? 0 : 1;
        sqlite3_close(db);
    }
    return wrong;
}

TEST_F(StoreFilesOnDisk, connections_of_many_threads_share_one_store) {
    auto files = StoreFiles::open(*disk_, clock_, folder_).value();
    sqlite3* db = connect(*files);
    ask(db, "CREATE TABLE t(a, pad); INSERT INTO t VALUES (50, hex(zeroblob(1500))), (50, hex(zeroblob(1500)))");
    std::vector<int> wrong(3, -1);

    std::vector<std::thread> threads;
    threads.emplace_back([&] { transfer(*files, 200); });
    threads.emplace_back([&] { wrong[0] = count_wrong_sums(*files, 100); });
    threads.emplace_back([&] { wrong[1] = count_wrong_sums(*files, 100); });
    threads.emplace_back([&] { wrong[2] = count_wrong_sums(*files, 100); });
    for (std::thread& thread : threads)
        thread.join();

    EXPECT_EQ(wrong, (std::vector<int>{0, 0, 0}));
    EXPECT_EQ(files->failure().value_or(internal("none")).message(), "none");
    sqlite3_close(db);
}

}  // namespace
}  // namespace skep::store
