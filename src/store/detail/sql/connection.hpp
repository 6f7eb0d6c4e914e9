#pragma once
// Connection: one SQLite connection of a store, with the rules that hold for guests' statements.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/detail/files/store_files.hpp"
#include "store/row_format.hpp"

struct sqlite3;

namespace skep::store {

class StatementHistory;
enum class Verb : std::uint8_t;

// Bounds of what a guest's statement may be and give.
struct SqlLimits {
    std::uint32_t statement_bytes = 64 << 10;
    std::uint32_t columns = 200;
    std::uint32_t variables = 999;
    std::uint64_t result_bytes = 4 << 20;
    std::uint64_t quota_bytes = 10ULL << 30;
    bool ddl = false;  // CREATE, ALTER and DROP in handlers

    friend bool operator==(const SqlLimits&, const SqlLimits&) = default;
};

// `writer` makes what a new store needs; `reader` cannot write; `tool` is for offline work by those who know SQLite.
enum class Role : std::uint8_t { writer, reader, tool };

// Where a database is, for who has no StoreFiles of it.
struct DatabasePlace {
    const char* vfs = nullptr;  // the system's own where null
    std::string path;
    std::function<std::optional<Error>()> failure;  // what really failed, when SQLite reports a failure; may be empty
};

// A guest's statement, prepared on one connection and kept there.
class GuestStatement;

// What a statement came to. `rows` are in the row format, or the form that was asked for; empty for one without
// columns.
struct StatementResult {
    Bytes rows;
    std::int64_t changes = 0;
    std::int64_t last_insert_id = 0;
};

// How a statement is run and stopped: its progress is looked at every few hundred steps.
struct StatementBounds {
    TimePoint deadline;  // then it fails with `statement_timeout`
    // What the rows are made into as a part of the run, and what it fails with; null: they stay as they are.
    RowForm form = nullptr;
    // On an io thread: a read after 1 ms, and any statement that meets a large value, fails with `too_slow_inline` and
    // has left nothing, to be repeated elsewhere.
    bool is_inline = false;
};

// Used by one thread at a time, which may change. Errors of guests' statements are values with stable reasons:
// `sql_invalid` (syntax, unknown table or column), `sql_refused` (what the rules forbid, named), `sql_params`,
// `row_format_invalid`, `constraint`, `result_too_large`, `statement_timeout`, `too_slow_inline`, `quota_exceeded`,
// `store_full`, `store_damaged`, `store_failed`.
class Connection {
public:
    // `files`, `history` (one for all connections of a store) and `clock` outlive it. A writer comes first: it makes
    // the platform's table, or fails with `store_newer`. Closing never checkpoints.
    static Result<std::unique_ptr<Connection>> open(StoreFiles& files, Role role, const SqlLimits& limits,
                                                    StatementHistory& history, const Clock& clock);
    static Result<std::unique_ptr<Connection>> open_at(const DatabasePlace& place, Role role, const SqlLimits& limits,
                                                       StatementHistory& history, const Clock& clock);
    ~Connection();
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;

    // Prepares `sql`, or finds it prepared; valid until the next call of `prepare`. Fails for anything the rules
    // forbid: ATTACH, pragmas but a few that read, transaction statements, rollback clauses, internal tables, TEMP
    // objects, DDL unless granted, a second statement, a NUL. May take long: not on an io thread.
    Result<GuestStatement*> prepare(std::string_view sql);
    // The statement where it is prepared here already, as `prepare` gives it, else null.
    GuestStatement* find_prepared(std::string_view sql);

    // Whether it may run on an io thread: known to be short, by its plan, its functions and its history.
    bool may_run_inline(const GuestStatement& statement, std::string_view params) const;
    bool writes(const GuestStatement& statement) const;

    // Runs it to its end with `params` in the row format; empty stands for none. A failed write has left nothing
    // (but for what OR FAIL had done), unless `has_transaction` says that SQLite dropped everything.
    Result<StatementResult> run(GuestStatement& statement, std::string_view params, const StatementBounds& bounds);

    // Before a platform's statement by which a guest grows the store by `bytes`. Fails with `quota_exceeded`.
    Result<> admit(std::uint64_t bytes);
    // The platform's own statements, kept prepared by their address: `sql` is a literal. `params` as above.
    Result<StatementResult> execute(const char* sql, std::string_view params = {});
    // The same on an io thread: fails with `too_slow_inline` where it meets a large value, and has left nothing.
    Result<StatementResult> execute_inline(const char* sql, std::string_view params);

    // Runs the statements of `sql` one by one by the rules of migrations: as for guests, but DDL and ANALYZE are
    // allowed. Fails like `run`; `at` is then the offset of what it failed on.
    Result<> run_script(std::string_view sql, TimePoint deadline, std::size_t& at);

    // Forgets what is known of the statements' plans, on all connections: after a change of the schema through `raw`.
    void schema_changed();

    // False once SQLite has rolled back on its own: look after every error.
    bool has_transaction() const;
    bool has_deferred_violations() const;
    // Rows changed on this connection since it was opened.
    std::int64_t total_changes() const;
    void forget_last_insert_id();

    // Copies what is in the WAL into the main file. Reports how many frames were in the WAL and how many are left.
    struct Checkpoint {
        int frames = 0;
        int left = 0;
    };
    enum class CheckpointMode : std::uint8_t { passive, restart };
    Result<Checkpoint> checkpoint(CheckpointMode mode);

    // For migrations, backup and export, which know SQLite: no rule holds for what is run here.
    sqlite3* raw();

private:
    struct Parts;
    explicit Connection(std::unique_ptr<Parts> parts);

    Result<GuestStatement*> prepare_anew(std::string_view sql, Verb verb);
    Result<std::size_t> run_first(std::string_view sql, std::size_t& at);
    Result<StatementResult> run_inline(GuestStatement& statement, TimePoint start, const StatementBounds& bounds);
    Result<StatementResult> run_at_leisure(GuestStatement& statement, const StatementBounds& bounds);
    Result<StatementResult> run_guarded(GuestStatement& statement, std::size_t row_bytes, RowForm form);
    Result<StatementResult> step(GuestStatement& statement, std::size_t row_bytes, RowForm form);
    void remember(GuestStatement& statement, Duration took, bool is_inline);

    std::unique_ptr<Parts> parts_;
};

}  // namespace skep::store
