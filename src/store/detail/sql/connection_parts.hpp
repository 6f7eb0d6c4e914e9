#pragma once
// What a Connection is made of.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "store/detail/sql/authorizer.hpp"
#include "store/detail/sql/connection.hpp"
#include "store/detail/sql/connection_progress.hpp"
#include "store/detail/sql/connection_quota.hpp"
#include "store/detail/sql/statement_cache.hpp"

namespace skep::store {

struct DatabaseCloser {
    void operator()(sqlite3* database) const;
};
using DatabaseHandle = std::unique_ptr<sqlite3, DatabaseCloser>;

// The platform's statements, by the address of their text.
using PlatformStatements = std::vector<std::pair<const char*, PreparedStatement>>;

// In the order in which they are needed: what SQLite holds pointers to comes first.
struct Connection::Parts {
    Parts(const DatabasePlace& place, const SqlLimits& limits, StatementHistory& history, const Clock& clock)
        : failure(place.failure), limits(limits), history(history), clock(clock), progress(clock), quota(limits) {}

    // Opens the database and sets it up for `role`.
    Result<> open(const DatabasePlace& place, Role role);

    // The error for SQLite's code of the last call.
    Error error_of(int code) const;
    // Steps a statement whose values are bound to its end.
    Result<StatementResult> run(PreparedStatement& statement, std::size_t limit);
    // Runs the platform's literal `sql` once, without keeping it.
    Result<> run_once(const char* sql);
    // The number that the one-row `sql` gives.
    Result<std::int64_t> number(const char* sql);
    Result<PreparedStatement*> platform_statement(const char* sql);

    std::function<std::optional<Error>()> failure;
    const SqlLimits limits;
    StatementHistory& history;
    const Clock& clock;
    Authorizer authorizer;
    ProgressGuard progress;
    DatabaseHandle database;
    PlatformStatements platform;
    StatementCache guests;
    QuotaGuard quota;

private:
    Result<> configure(Role role);
    void set_limits(Role role);
    Result<> make_meta(Role role);
};

}  // namespace skep::store
