// How a connection is set up.

#include <algorithm>
#include <sqlite3.h>

#include "store/detail/sql/connection_parts.hpp"

namespace skep::store {
namespace {

constexpr std::int64_t kFormat = 1;
constexpr std::int64_t kApplicationId = 0x536B6570;  // "Skep"
constexpr int kBusyWhileOpening = 1'000;             // ms, for another connection's recovery

// The bounds that hold for the platform and for migrations too. A row must fit besides its values' heads.
constexpr int kStatementBytes = 1 << 20;
constexpr int kValueSlack = 64 << 10;
constexpr int kLeastValueBytes = 2 << 20;
constexpr int kExpressionDepth = 200;
constexpr int kLikePatternBytes = 1'000;
constexpr int kFunctionArguments = 100;
constexpr int kCompoundSelects = 100;

// With kFormat and kApplicationId.
constexpr const char* kMakeMeta = R"(
BEGIN IMMEDIATE;
CREATE TABLE _skep_meta (name TEXT PRIMARY KEY, value) WITHOUT ROWID;
INSERT INTO _skep_meta VALUES ('format', 1);
PRAGMA application_id = 0x536B6570;
COMMIT)";

}  // namespace

void DatabaseCloser::operator()(sqlite3* database) const {
    sqlite3_close_v2(database);
}

Result<> Connection::Parts::open(const DatabasePlace& place, Role role) {
    const int mode = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (role == Role::writer ? SQLITE_OPEN_CREATE : 0);
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(place.path.c_str(), &opened, mode, place.vfs);
    database.reset(opened);
    if (opened == nullptr)
        return fail("resource_exhausted", "cannot open {}: no memory is left", place.path);
    if (code != SQLITE_OK)
        return fail(error_of(code).within("cannot open " + place.path));
    if (auto done = configure(role); !done)
        return fail(std::move(done).error().within("cannot open " + place.path));
    return {};
}

Result<> Connection::Parts::configure(Role role) {
    sqlite3* db = database.get();
    sqlite3_extended_result_codes(db, 1);
    sqlite3_busy_timeout(db, kBusyWhileOpening);
    for (const int on : {SQLITE_DBCONFIG_ENABLE_FKEY, SQLITE_DBCONFIG_DEFENSIVE, SQLITE_DBCONFIG_TRIGGER_EQP,
                         SQLITE_DBCONFIG_ENABLE_QPSG, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE})
        sqlite3_db_config(db, on, 1, nullptr);
    sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    set_limits(role);

    if (role == Role::writer) {
        TRY_DO(run_once("PRAGMA journal_mode = WAL"));
    }
    TRY_DO(run_once("PRAGMA synchronous = FULL"));
    TRY_DO(run_once("PRAGMA wal_autocheckpoint = 0"));
    TRY_DO(run_once("PRAGMA cell_size_check = ON"));
    TRY_DO(make_meta(role));
    if (role == Role::reader) {
        TRY_DO(run_once("PRAGMA query_only = ON"));
    } else {
        quota.attach(db);
    }

    authorizer.attach(db);
    progress.attach(db);
    sqlite3_busy_timeout(db, 0);
    return {};
}

void Connection::Parts::set_limits(Role role) {
    sqlite3* db = database.get();
    const int value_bytes = std::max(static_cast<int>(limits.result_bytes) + kValueSlack, kLeastValueBytes);
    sqlite3_limit(db, SQLITE_LIMIT_LENGTH, value_bytes);
    sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, kStatementBytes);
    sqlite3_limit(db, SQLITE_LIMIT_COLUMN, static_cast<int>(limits.columns));
    sqlite3_limit(db, SQLITE_LIMIT_VARIABLE_NUMBER, static_cast<int>(limits.variables));
    sqlite3_limit(db, SQLITE_LIMIT_EXPR_DEPTH, kExpressionDepth);
    sqlite3_limit(db, SQLITE_LIMIT_LIKE_PATTERN_LENGTH, kLikePatternBytes);
    sqlite3_limit(db, SQLITE_LIMIT_FUNCTION_ARG, kFunctionArguments);
    sqlite3_limit(db, SQLITE_LIMIT_COMPOUND_SELECT, kCompoundSelects);
    sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, role == Role::tool ? 1 : 0);  // VACUUM INTO needs one
    sqlite3_limit(db, SQLITE_LIMIT_WORKER_THREADS, 0);
}

// What the store was written by. A new one is made in one transaction.
Result<> Connection::Parts::make_meta(Role role) {
    TRY(const std::int64_t application, number("PRAGMA application_id"));
    if (application == 0 && role == Role::writer)
        return run_once(kMakeMeta);
    if (application != kApplicationId)
        return fail("conflict", "it is no store of Skep");
    TRY(const std::int64_t format, number("SELECT value FROM _skep_meta WHERE name = 'format'"));
    if (format > kFormat)
        return fail("store_newer", "it has format {}, this version knows {}", format, kFormat);
    return {};
}

Result<> Connection::Parts::run_once(const char* sql) {
    const int code = sqlite3_exec(database.get(), sql, nullptr, nullptr, nullptr);
    if (code != SQLITE_OK)
        return fail(error_of(code));
    return {};
}

Result<std::int64_t> Connection::Parts::number(const char* sql) {
    sqlite3_stmt* raw = nullptr;
    if (const int code = sqlite3_prepare_v2(database.get(), sql, -1, &raw, nullptr); code != SQLITE_OK)
        return fail(error_of(code));
    const StatementHandle statement(raw);
    const int code = sqlite3_step(raw);
    if (code == SQLITE_DONE)
        return fail("store_damaged", "it says nothing of its format");
    if (code != SQLITE_ROW)
        return fail(error_of(code));
    return sqlite3_column_int64(raw, 0);
}

}  // namespace skep::store
