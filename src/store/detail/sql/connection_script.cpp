// Scripts: statement after statement, for migrations.

#include <sqlite3.h>

#include "store/detail/sql/connection_parts.hpp"
#include "store/detail/sql/tokenizer.hpp"

namespace skep::store {
namespace {

constexpr SqlRules kScriptRules{.caller = Caller::migration, .ddl = true, .statement_bytes = 1 << 20};

std::size_t offset_of(std::string_view part, std::string_view whole) {
    return static_cast<std::size_t>(part.data() - whole.data());
}

}  // namespace

Result<> Connection::run_script(std::string_view sql, TimePoint deadline, std::size_t& at) {
    at = 0;
    if (sql.contains('\0'))
        return fail("sql_refused", "the text holds a NUL");
    parts_->progress.bound(deadline);
    std::size_t begin = 0;
    Result<> done;
    while (done && begin < sql.size()) {
        auto bytes = run_first(sql.substr(begin), at);
        if (!bytes) {
            at += begin;
            done = pass_on(std::move(bytes));
        } else {
            begin += *bytes;
        }
    }
    parts_->progress.unbound();
    schema_changed();
    return done;
}

// Runs the first statement of `sql` and returns where the second one begins.
Result<std::size_t> Connection::run_first(std::string_view sql, std::size_t& at) {
    sqlite3* db = parts_->database.get();
    const auto size = static_cast<int>(sql.size());
    at = offset_of(Tokenizer(sql).next().text, sql);

    // First only to learn where it ends.
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    if (const int code = sqlite3_prepare_v3(db, sql.data(), size, 0, &raw, &tail); code != SQLITE_OK) {
        if (const int place = sqlite3_error_offset(db); place >= 0)
            at = static_cast<std::size_t>(place);
        return fail(parts_->error_of(code));
    }
    const StatementHandle whole(raw);
    const auto end = static_cast<std::size_t>(tail - sql.data());
    if (raw == nullptr)
        return end;

    TRY(const Verb verb, check_statement(sql.substr(0, end), kScriptRules));
    const Authorizer::Scope scope(parts_->authorizer, Caller::migration, verb);
    if (const int code = sqlite3_prepare_v3(db, sql.data(), size, 0, &raw, nullptr); code != SQLITE_OK)
        return fail(parts_->error_of(code));
    const StatementHandle statement(raw);
    if (sqlite3_bind_parameter_count(raw) > 0)
        return fail("sql_params", "a migration has no values for parameters");
    int code = sqlite3_step(raw);
    while (code == SQLITE_ROW)
        code = sqlite3_step(raw);
    if (code != SQLITE_DONE)
        return fail(parts_->error_of(code));
    return end;
}

}  // namespace skep::store
