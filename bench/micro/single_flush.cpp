// The rate that one row per flush allows: SQLite alone, one 128-byte row a commit, without HTTP or a guest. Prints
// commits per second.
//
// usage: skep_single_flush FOLDER SECONDS

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sqlite3.h>
#include <string>

namespace {

using Clock = std::chrono::steady_clock;

[[noreturn]] void fail(sqlite3* database, const char* what) {
    std::fprintf(stderr, "skep_single_flush: %s: %s\n", what, sqlite3_errmsg(database));
    std::exit(1);
}

void run(sqlite3* database, const char* text) {
    if (sqlite3_exec(database, text, nullptr, nullptr, nullptr) != SQLITE_OK)
        fail(database, text);
}

sqlite3* open(const std::filesystem::path& file) {
    sqlite3* database = nullptr;
    if (sqlite3_open(file.c_str(), &database) != SQLITE_OK)
        fail(database, "open");
    run(database, "PRAGMA journal_mode=WAL");
    run(database, "PRAGMA synchronous=FULL");
    run(database, "CREATE TABLE IF NOT EXISTS rows (id INTEGER PRIMARY KEY, note TEXT NOT NULL)");
    return database;
}

// One transaction of one row, on disk when it returns.
void insert(sqlite3* database, sqlite3_stmt* statement, const std::string& note) {
    sqlite3_bind_text(statement, 1, note.data(), static_cast<int>(note.size()), SQLITE_STATIC);
    if (sqlite3_step(statement) != SQLITE_DONE)
        fail(database, "insert");
    sqlite3_reset(statement);
}

double commits_per_second(sqlite3* database, std::chrono::duration<double> time) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(database, "INSERT INTO rows (note) VALUES (?)", -1, &statement, nullptr) != SQLITE_OK)
        fail(database, "prepare");
    const std::string note(128, 'x');
    std::size_t commits = 0;
    const auto begin = Clock::now();
    for (; Clock::now() - begin < time; ++commits)
        insert(database, statement, note);
    const std::chrono::duration<double> took = Clock::now() - begin;
    sqlite3_finalize(statement);
    return static_cast<double>(commits) / took.count();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: skep_single_flush FOLDER SECONDS\n");
        return 2;
    }
    sqlite3* const database = open(std::filesystem::path(argv[1]) / "single_flush.db");
    std::printf("%.1f\n", commits_per_second(database, std::chrono::duration<double>(std::atof(argv[2]))));
    sqlite3_close(database);
    return 0;
}
