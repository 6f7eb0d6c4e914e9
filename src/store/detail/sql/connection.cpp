#include "store/detail/sql/connection.hpp"

#include <algorithm>
#include <limits>
#include <sqlite3.h>

#include "base/check.hpp"
#include "store/detail/sql/connection_parts.hpp"
#include "store/detail/sql/plan.hpp"

namespace skep::store {
namespace {

constexpr auto kPrepareTime = std::chrono::milliseconds(250);
constexpr std::size_t kInlineParameterBytes = 64 << 10;
constexpr int kInlineValueBytes = 96 << 10;
constexpr std::size_t kInlineRowBytes = 256 << 10;
constexpr std::size_t kInlineFormBytes = 32 << 10;  // rows that are made into another form
constexpr std::size_t kPlatformRowBytes = 64 << 20;

// Ends a statement's run, however it comes out.
class Running {
public:
    explicit Running(PreparedStatement& statement) : statement_(statement) {}
    ~Running() { statement_.reset(); }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;

private:
    PreparedStatement& statement_;
};

// While it lives, statements fail when they meet a large value.
class SmallValues {
public:
    explicit SmallValues(sqlite3* database)
        : database_(database), usual_(sqlite3_limit(database, SQLITE_LIMIT_LENGTH, kInlineValueBytes)) {}
    ~SmallValues() { sqlite3_limit(database_, SQLITE_LIMIT_LENGTH, usual_); }
    SmallValues(const SmallValues&) = delete;
    SmallValues& operator=(const SmallValues&) = delete;

private:
    sqlite3* database_;
    int usual_;
};

Failure too_slow_inline() {
    return fail("too_slow_inline", "the statement works on large values");
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::open_at(const DatabasePlace& place, Role role, const SqlLimits& limits,
                                                        StatementHistory& history, const Clock& clock) {
    auto parts = std::make_unique<Parts>(place, limits, history, clock);
    TRY_DO(parts->open(place, role));
    return std::unique_ptr<Connection>(new Connection(std::move(parts)));
}

Connection::Connection(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Connection::~Connection() = default;

GuestStatement* Connection::find_prepared(std::string_view sql) {
    return parts_->guests.find(sql);
}

Result<GuestStatement*> Connection::prepare(std::string_view sql) {
    if (GuestStatement* known = parts_->guests.find(sql); known != nullptr)
        return known;
    const SqlRules rules{
        .caller = Caller::guest, .ddl = parts_->limits.ddl, .statement_bytes = parts_->limits.statement_bytes};
    TRY(const Verb verb, check_statement(sql, rules));
    return prepare_anew(sql, verb);
}

Result<GuestStatement*> Connection::prepare_anew(std::string_view sql, Verb verb) {
    const Authorizer::Scope scope(parts_->authorizer, Caller::guest, verb);
    parts_->progress.bound(parts_->clock.now() + kPrepareTime);
    sqlite3_stmt* raw = nullptr;
    const char* tail = nullptr;
    const int code = sqlite3_prepare_v3(parts_->database.get(), sql.data(), static_cast<int>(sql.size()),
                                        SQLITE_PREPARE_PERSISTENT, &raw, &tail);
    parts_->progress.unbound();
    StatementHandle handle(raw);
    if (code != SQLITE_OK)
        return fail(parts_->error_of(code));
    TRY_DO(check_tail(sql.substr(static_cast<std::size_t>(tail - sql.data()))));
    TRY(PreparedStatement prepared, PreparedStatement::of(std::move(handle)));
    auto statement = std::make_unique<GuestStatement>(sql, std::move(prepared), verb, parts_->history.of(sql));
    statement->schema = parts_->history.schema();
    return parts_->guests.add(std::move(statement));
}

bool Connection::writes(const GuestStatement& statement) const {
    return statement.prepared.writes();
}

bool Connection::may_run_inline(const GuestStatement& statement, std::string_view params) const {
    const std::uint32_t schema = parts_->history.schema();
    return params.size() <= kInlineParameterBytes && statement.history->is_proven(schema) &&
           statement.history->plan(schema) == PlanBound::bounded;
}

Result<StatementResult> Connection::run(GuestStatement& statement, std::string_view params,
                                        const StatementBounds& bounds) {
    const TimePoint start = parts_->clock.now();
    if (start >= bounds.deadline)
        return fail("statement_timeout", "the deadline had passed before the statement began");
    if (statement.grows) {
        TRY_DO(parts_->quota.admit(parts_->database.get(), params.size(), statement.grows_little));
    }

    const Running running(statement.prepared);
    TRY_DO(statement.prepared.bind(params));
    auto result = bounds.is_inline ? run_inline(statement, start, bounds) : run_at_leisure(statement, bounds);
    const bool is_left = !result && result.error().name() == "too_slow_inline";
    remember(statement, is_left ? Duration::max() : parts_->clock.now() - start, bounds.is_inline);
    return result;
}

Result<> Connection::admit(std::uint64_t bytes) {
    return parts_->quota.admit(parts_->database.get(), bytes, true);
}

Result<StatementResult> Connection::run_at_leisure(GuestStatement& statement, const StatementBounds& bounds) {
    parts_->progress.bound(bounds.deadline);
    auto result = run_guarded(statement, parts_->limits.result_bytes, bounds.form);
    parts_->progress.unbound();
    return result;
}

// Large values take long in steps that nothing interrupts: the statement fails when it meets one, and has left nothing.
Result<StatementResult> Connection::run_inline(GuestStatement& statement, TimePoint start,
                                               const StatementBounds& bounds) {
    const std::size_t most = bounds.form == nullptr ? kInlineRowBytes : kInlineFormBytes;
    parts_->progress.bound(bounds.deadline,
                           statement.prepared.writes() ? TimePoint::max() : start + TextHistory::kMaxRun);
    auto result = [&] {
        const SmallValues small(parts_->database.get());
        return run_guarded(statement, std::min<std::size_t>(parts_->limits.result_bytes, most), bounds.form);
    }();
    parts_->progress.unbound();
    if (result || result.error().name() != "result_too_large")
        return result;
    return too_slow_inline();
}

// A write that gives rows has done all of its work before the first row: where the rows are too many, it is undone.
Result<StatementResult> Connection::run_guarded(GuestStatement& statement, std::size_t row_bytes, RowForm form) {
    if (!statement.prepared.writes() || !statement.prepared.gives_rows())
        return step(statement, row_bytes, form);
    TRY_DO(execute("SAVEPOINT _skep_statement"));
    auto result = step(statement, row_bytes, form);
    if (!result && has_transaction()) {
        statement.prepared.reset();
        TRY_DO(execute("ROLLBACK TO _skep_statement"));
    }
    if (result || has_transaction()) {
        TRY_DO(execute("RELEASE _skep_statement"));
    }
    return result;
}

Result<StatementResult> Connection::step(GuestStatement& statement, std::size_t row_bytes, RowForm form) {
    const Authorizer::Scope scope(parts_->authorizer, Caller::guest, statement.verb);
    TRY(StatementResult result, parts_->run(statement.prepared, row_bytes));
    if (form == nullptr)
        return result;
    TRY(std::string formed, form(result.rows.view()));
    result.rows = Bytes(std::move(formed));
    return result;
}

Result<StatementResult> Connection::Parts::run(PreparedStatement& statement, std::size_t limit) {
    sqlite3* db = database.get();
    const std::int64_t changes_before = sqlite3_total_changes64(db);
    std::string rows;
    const int code = statement.run(limit, rows);
    if (code == PreparedStatement::kRowsTooLarge)
        return fail("result_too_large", "the rows have more than {} bytes", limit);
    // What only reads meets the end of its temporary files, never that of the store.
    if ((code & 0xFF) == SQLITE_FULL && !statement.writes())
        return fail("store_full", "no space is left for the statement's temporary files");
    if (code != SQLITE_DONE)
        return fail(error_of(code));
    const bool changed = sqlite3_total_changes64(db) != changes_before;
    return StatementResult{.rows = Bytes(std::move(rows)),
                           .changes = changed ? sqlite3_changes64(db) : 0,
                           .last_insert_id = sqlite3_last_insert_rowid(db)};
}

// A change of the schema makes what was known of all texts worthless. One that nobody told of is seen by what SQLite
// has prepared anew since the statement's last run.
void Connection::remember(GuestStatement& statement, Duration took, bool is_inline) {
    const bool is_definition = statement.verb == Verb::define || statement.verb == Verb::drop;
    const bool is_untold = statement.prepared.was_prepared_anew() && statement.schema == parts_->history.schema();
    if (is_definition || is_untold)
        schema_changed();
    statement.schema = parts_->history.schema();
    const std::uint32_t schema = statement.schema;
    if (is_inline) {
        if (took > TextHistory::kMaxRun)
            statement.history->was_slow_inline(schema, std::exchange(statement.short_inline_runs, 0));
        else
            ++statement.short_inline_runs;
        return;
    }
    statement.history->ran(schema, took);
    if (!statement.history->is_proven(schema) || statement.history->plan(schema) != PlanBound::unknown)
        return;
    const Authorizer::Scope scope(parts_->authorizer, Caller::guest, statement.verb);
    const bool is_bounded = unbounded_part_of(parts_->database.get(), statement.text).empty();
    statement.history->planned(schema, is_bounded ? PlanBound::bounded : PlanBound::unbounded);
}

Result<StatementResult> Connection::execute(const char* sql, std::string_view params) {
    TRY(PreparedStatement* const statement, parts_->platform_statement(sql));
    const Running running(*statement);
    TRY_DO(statement->bind(params));
    return parts_->run(*statement, kPlatformRowBytes);
}

Result<StatementResult> Connection::execute_inline(const char* sql, std::string_view params) {
    TRY(PreparedStatement* const statement, parts_->platform_statement(sql));
    const Running running(*statement);
    TRY_DO(statement->bind(params));
    const SmallValues small(parts_->database.get());
    auto result = parts_->run(*statement, kInlineRowBytes);
    if (result || result.error().name() != "result_too_large")
        return result;
    return too_slow_inline();
}

Result<PreparedStatement*> Connection::Parts::platform_statement(const char* sql) {
    const auto known = std::ranges::find(platform, sql, [](const auto& entry) { return entry.first; });
    if (known != platform.end())
        return &known->second;
    sqlite3_stmt* raw = nullptr;
    const int code = sqlite3_prepare_v3(database.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    StatementHandle handle(raw);
    if (code != SQLITE_OK)
        return fail(error_of(code));
    TRY(PreparedStatement prepared, PreparedStatement::of(std::move(handle)));
    return &platform.emplace_back(sql, std::move(prepared)).second;
}

void Connection::schema_changed() {
    parts_->history.schema_changed();
}

bool Connection::has_transaction() const {
    return sqlite3_get_autocommit(parts_->database.get()) == 0;
}

bool Connection::has_deferred_violations() const {
    int open = 0;
    int highest = 0;
    sqlite3_db_status(parts_->database.get(), SQLITE_DBSTATUS_DEFERRED_FKS, &open, &highest, 0);
    return open != 0;
}

std::int64_t Connection::total_changes() const {
    return sqlite3_total_changes64(parts_->database.get());
}

void Connection::forget_last_insert_id() {
    sqlite3_set_last_insert_rowid(parts_->database.get(), 0);
}

Result<Connection::Checkpoint> Connection::checkpoint(CheckpointMode mode) {
    Checkpoint done;
    int copied = 0;
    const int code = sqlite3_wal_checkpoint_v2(
        parts_->database.get(), "main",
        mode == CheckpointMode::restart ? SQLITE_CHECKPOINT_RESTART : SQLITE_CHECKPOINT_PASSIVE, &done.frames, &copied);
    // Busy: readers still need some of the frames.
    if (code != SQLITE_OK && code != SQLITE_BUSY)
        return fail(parts_->error_of(code));
    done.left = done.frames - copied;
    return done;
}

sqlite3* Connection::raw() {
    return parts_->database.get();
}

}  // namespace skep::store
