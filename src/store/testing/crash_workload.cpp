#include "store/testing/crash_workload.hpp"

#include <fmt/core.h>

namespace skep::store {

bool CrashWorkload::open() {
    Result<std::unique_ptr<StoreFiles>> files = StoreFiles::open(disk_, clock_, kFolder);
    if (!files)
        return false;
    files_ = std::move(*files);
    connect();
    return true;
}

void CrashWorkload::connect() {
    writer_ = std::make_unique<RawConnection>(*files_);
    reader_ = std::make_unique<RawConnection>(*files_);
    writer_->run("PRAGMA wal_autocheckpoint=0; PRAGMA cache_size=8; PRAGMA cache_spill=4");
}

void CrashWorkload::disconnect() {
    reader_.reset();
    writer_.reset();
}

bool CrashWorkload::commit(const std::string& body) {
    if (writer_->run("BEGIN IMMEDIATE; SAVEPOINT handler;" + body) != SQLITE_OK)
        return false;
    const int number = acknowledged_ + 1;
    const std::string last = fmt::format("REPLACE INTO last VALUES (1, {}); RELEASE handler;", number);
    if (writer_->run(last) != SQLITE_OK)
        return false;
    attempted_ = number;
    if (writer_->run("COMMIT") != SQLITE_OK)
        return false;
    acknowledged_ = number;
    if (states_ != nullptr)
        states_->push_back(state_of(*writer_));
    return true;
}

bool CrashWorkload::insert_and_delete(int round) {
    return commit(
               fmt::format("INSERT INTO line(item, note) SELECT {0} * 100 + column1, hex(zeroblob(20 + {0} * 7)) FROM"
                           " (VALUES (1), (2), (3));",
                           round)) &&
           commit(fmt::format("DELETE FROM line WHERE item % 7 = {} % 7;", round));
}

bool CrashWorkload::checkpoint(const char* mode) {
    return writer_->run(fmt::format("PRAGMA wal_checkpoint({})", mode)) == SQLITE_OK;
}

// More pages than the cache holds go to the WAL before they are rolled back.
bool CrashWorkload::spill_and_roll_back() {
    const std::string spilled =
        "SAVEPOINT big;"
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 30)"
        "INSERT INTO line(item, note) SELECT 100000 + i, hex(zeroblob(900)) FROM n;"
        "ROLLBACK TO big; RELEASE big;";
    return commit(spilled + "INSERT INTO line(item, note) VALUES (7, 'after the rollback');");
}

bool CrashWorkload::shrink() {
    if (!commit("INSERT INTO line(item, note) SELECT 50000 + item, hex(zeroblob(1500)) FROM line LIMIT 12;"))
        return false;
    return checkpoint("RESTART") && commit("DELETE FROM line WHERE item > 50000;") && note() &&
           writer_->run("VACUUM") == SQLITE_OK && checkpoint("PASSIVE");
}

bool CrashWorkload::reopen() {
    disconnect();
    files_.reset();
    return open();
}

bool CrashWorkload::note() {
    return files_->write_mark().has_value();
}

bool CrashWorkload::run_round(int round) {
    return insert_and_delete(round) && note() && insert_and_delete(round + 50) && spill_and_roll_back() &&
           checkpoint("PASSIVE") && insert_and_delete(round + 100) && checkpoint("RESTART") &&
           insert_and_delete(round + 150) && note() && checkpoint("TRUNCATE") && insert_and_delete(round + 200);
}

bool CrashWorkload::make_tables() {
    return commit(
        "CREATE TABLE last(id INTEGER PRIMARY KEY, number INT);"
        "CREATE TABLE line(id INTEGER PRIMARY KEY, item INT, note TEXT);"
        "CREATE INDEX line_item ON line(item);");
}

bool CrashWorkload::run() {
    return open() && make_tables() && run_round(1) && shrink() && reopen() && run_round(2) && checkpoint("PASSIVE") &&
           run_round(3);
}

bool CrashWorkload::run_short() {
    return open() && make_tables() && run_round(1);
}

bool CrashWorkload::run_on() {
    if (files_ == nullptr && !open())
        return false;
    connect();
    if (acknowledged_ == 0)
        return make_tables();
    return commit("INSERT INTO line(item, note) VALUES (8, 'once more');");
}

std::string CrashWorkload::state_of(RawConnection& connection) {
    return connection.ask(
               "PRAGMA integrity_check;"
               "SELECT name FROM sqlite_schema ORDER BY name;") +
           connection.ask(
               "SELECT number FROM last;"
               "SELECT count(*), sum(id), sum(item), sum(id * item % 997), sum(length(note)) FROM line;");
}

std::vector<std::string> CrashWorkload::expected_states(const Clock& clock) {
    FakeDisk disk;
    std::vector<std::string> states;
    {
        CrashWorkload empty(disk, clock);
        empty.open();
        states.push_back(state_of(*empty.writer_));
    }
    CrashWorkload workload(disk, clock);
    workload.states_ = &states;
    workload.run();
    return states;
}

}  // namespace skep::store
