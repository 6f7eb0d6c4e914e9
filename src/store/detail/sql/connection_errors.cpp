// What SQLite's codes mean to who asked.

#include <sqlite3.h>

#include "store/detail/sql/connection_parts.hpp"

namespace skep::store {
namespace {

Error interrupted(ProgressGuard::Stopped stopped) {
    if (stopped == ProgressGuard::Stopped::too_slow_inline)
        return error("too_slow_inline", "the statement took longer than a millisecond");
    return error("statement_timeout", "the statement ran past its deadline");
}

// A disk that is full has told the files so; else it is the bound on the store's pages.
Error full(const std::optional<Error>& failure) {
    if (!failure)
        return error("quota_exceeded", "cannot run the statement: the store has reached its quota");
    return error("store_full", "cannot run the statement: {}", failure->message());
}

}  // namespace

Error Connection::Parts::error_of(int code) const {
    sqlite3* db = database.get();
    const char* message = sqlite3_errmsg(db);
    // SQLite has more than one code for what the authorizer denies.
    if (!authorizer.refusal().empty() && ((code & 0xFF) == SQLITE_AUTH || (code & 0xFF) == SQLITE_ERROR))
        return error("sql_refused", "the statement is refused: {}", authorizer.refusal());
    switch (code & 0xFF) {
        case SQLITE_ERROR:
        case SQLITE_SCHEMA:
            return error("sql_invalid", "cannot run the statement: {}", message);
        case SQLITE_CONSTRAINT:
        case SQLITE_MISMATCH:
            return error("constraint", "cannot run the statement: {}", message);
        case SQLITE_READONLY:
            return error("sql_refused", "the statement writes where only reading is possible");
        case SQLITE_INTERRUPT:
            return interrupted(progress.stopped());
        case SQLITE_TOOBIG:
            return error("result_too_large", "cannot run the statement: {}", message);
        default:
            break;
    }
    std::optional<Error> known = failure ? failure() : std::nullopt;
    if ((code & 0xFF) == SQLITE_FULL)
        return full(known);
    if (known)
        return *std::move(known);
    switch (code & 0xFF) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return error("store_damaged", "cannot run the statement: {}", message);
        case SQLITE_NOMEM:
            return error("resource_exhausted", "cannot run the statement: no memory is left");
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return error("unavailable", "cannot run the statement: {}", message);
        case SQLITE_IOERR:
        case SQLITE_CANTOPEN:
        case SQLITE_PROTOCOL:
            return error("store_failed", "cannot run the statement: {}", message);
        default:
            return error("internal", "cannot run the statement: {} (SQLite's code {})", message, code);
    }
}

}  // namespace skep::store
