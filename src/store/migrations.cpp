#include "store/migrations.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include "base/check.hpp"
#include "base/digest.hpp"
#include "base/files.hpp"
#include "store/row_format.hpp"

namespace skep::store {
namespace {

constexpr std::uint64_t kMaxFile = 1 << 20;
constexpr std::size_t kDigits = 4;
constexpr std::string_view kExtension = ".sql";

struct Applied {
    std::uint32_t number = 0;
    std::string name;
    std::string checksum;
    std::int64_t applied_at = 0;
};

bool may_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

// "0001_users.sql" → 1.
Result<std::uint32_t> number_in(std::string_view name) {
    std::uint32_t number = 0;
    const char* digits_end = name.data() + std::min(kDigits, name.size());
    const auto [end, fault] = std::from_chars(name.data(), digits_end, number);
    const std::string_view rest(digits_end, name.size() - static_cast<std::size_t>(digits_end - name.data()));
    const bool fits = fault == std::errc() && end == digits_end && number > 0 && rest.starts_with('_') &&
                      rest.size() > 1 + kExtension.size() &&
                      std::ranges::all_of(rest.substr(0, rest.size() - kExtension.size()), may_name);
    if (!fits)
        return fail("migration_invalid", "{}: a migration is called NNNN_name.sql, from 0001 on", name);
    return number;
}

std::string checksum_of(const Migration& migration) {
    return std::string(as_text(sha256({migration.text})));
}

std::string params_of(const Migration& migration, std::int64_t seconds) {
    RowWriter writer;
    writer.begin_params(4);
    writer.integer(migration.number);
    writer.text(migration.name);
    writer.blob(checksum_of(migration));
    writer.integer(seconds);
    return std::move(writer).take();
}

Result<bool> has_table(Connection& connection) {
    TRY(const StatementResult found, connection.execute("SELECT 1 FROM sqlite_schema WHERE name = '_skep_migrations'"));
    TRY(const RowReader rows, RowReader::rows(found.rows.view()));
    return !rows.at_end();
}

Result<std::vector<Applied>> applied_to(Connection& connection) {
    std::vector<Applied> applied;
    TRY(const bool is_there, has_table(connection));
    if (!is_there)
        return applied;
    TRY(const StatementResult found,
        connection.execute("SELECT number, name, checksum, applied_at FROM _skep_migrations ORDER BY number"));
    TRY(RowReader rows, RowReader::rows(found.rows.view()));
    while (!rows.at_end()) {
        TRY(const Value number, rows.next());
        TRY(const Value name, rows.next());
        TRY(const Value checksum, rows.next());
        TRY(const Value applied_at, rows.next());
        applied.push_back({.number = static_cast<std::uint32_t>(std::get<std::int64_t>(number)),
                           .name = std::string(std::get<std::string_view>(name)),
                           .checksum = std::string(std::get<Blob>(checksum).bytes),
                           .applied_at = std::get<std::int64_t>(applied_at)});
    }
    return applied;
}

// "0002_orders.sql:7".
std::string place(const Migration& migration, std::size_t at) {
    const auto lines = std::ranges::count(std::string_view(migration.text).substr(0, at), '\n');
    return migration.name + ":" + std::to_string(1 + lines);
}

// The statement's own fault is the migration's; the store's faults keep their names.
Error error_in(const Migration& migration, std::size_t at, Error error) {
    const bool is_own = error.code() == ErrorCode::invalid_argument || error.name() == "sql_refused" ||
                        error.name() == "constraint" || error.name() == "result_too_large";
    if (!is_own)
        return std::move(error).within(place(migration, at));
    return skep::error("migration_invalid", "{}: {}", place(migration, at), error.message());
}

// Foreign keys are off while a migration runs: that is when rows must point somewhere again.
Result<> check_foreign_keys(Connection& writer, const Migration& migration) {
    TRY(const StatementResult found, writer.execute("SELECT \"table\", parent FROM pragma_foreign_key_check LIMIT 1"));
    TRY(RowReader rows, RowReader::rows(found.rows.view()));
    if (rows.at_end())
        return {};
    TRY(const Value child, rows.next());
    TRY(const Value parent, rows.next());
    return fail("migration_invalid", "{}: afterwards a row of {} would point to no row of {}", migration.name,
                std::get<std::string_view>(child), std::get<std::string_view>(parent));
}

Result<> apply_inside(Connection& writer, const Migration& migration, const Clock& clock, TimePoint deadline) {
    std::size_t at = 0;
    if (auto ran = writer.run_script(migration.text, deadline, at); !ran)
        return fail(error_in(migration, at, std::move(ran).error()));
    TRY_DO(check_foreign_keys(writer, migration));
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(clock.wall_now().time_since_epoch()).count();
    TRY_DO(writer.execute("INSERT INTO _skep_migrations VALUES (?, ?, ?, ?)", params_of(migration, seconds)));
    TRY_DO(writer.execute("COMMIT"));
    return {};
}

Result<> apply_one(Connection& writer, const Migration& migration, const Clock& clock, TimePoint deadline) {
    TRY_DO(writer.execute("BEGIN IMMEDIATE"));
    auto done = apply_inside(writer, migration, clock, deadline);
    if (!done && writer.has_transaction()) {
        TRY_DO(writer.execute("ROLLBACK"));
    }
    writer.schema_changed();
    return done;
}

Result<std::vector<std::string>> apply_all(Connection& writer, const std::vector<Migration>& pending,
                                           const Clock& clock, TimePoint deadline) {
    std::vector<std::string> names;
    for (const Migration& migration : pending) {
        TRY_DO(apply_one(writer, migration, clock, deadline));
        names.push_back(migration.name);
    }
    return names;
}

}  // namespace

Result<std::vector<Migration>> read_migrations(const std::filesystem::path& folder) {
    std::vector<Migration> all;
    std::error_code fault;
    if (!std::filesystem::exists(folder, fault))
        return all;
    for (std::filesystem::directory_iterator entry(folder, fault), end; !fault && entry != end;
         entry.increment(fault)) {
        const std::string name = entry->path().filename().string();
        if (!name.ends_with(kExtension))
            continue;
        TRY(const std::uint32_t number, number_in(name));
        TRY(std::string text, read_file(entry->path(), kMaxFile));
        all.push_back({.number = number, .name = name, .text = std::move(text)});
    }
    if (fault)
        return fail(file_error("read", folder, fault.value()));
    std::ranges::sort(all, {}, &Migration::name);
    const auto twice = std::ranges::adjacent_find(all, {}, &Migration::number);
    if (twice != all.end())
        return fail("migration_invalid", "{} and {} have the same number", twice->name, std::next(twice)->name);
    return all;
}

Result<MigrationPlan> plan_migrations(Connection& connection, const std::vector<Migration>& all) {
    TRY(const std::vector<Applied> applied, applied_to(connection));
    MigrationPlan plan;
    auto next = all.begin();
    for (const Applied& past : applied) {
        if (next == all.end() || next->number > past.number)
            return fail("migration_missing", "{} was applied to the store, and is not there any more", past.name);
        if (next->number < past.number)
            return fail("migration_invalid", "{} comes before {}, which was applied already: give it a higher number",
                        next->name, past.name);
        if (checksum_of(*next) != past.checksum)
            return fail("migration_edited", "{} was changed after it had been applied", next->name);
        plan.applied.push_back(next->name);
        ++next;
    }
    plan.pending.assign(next, all.end());
    return plan;
}

Result<std::vector<MigrationStatus>> inspect_migrations(Connection& connection, const std::vector<Migration>& all) {
    TRY(const std::vector<Applied> applied, applied_to(connection));
    std::vector<MigrationStatus> found;
    auto past = applied.begin();
    const auto add_missing_below = [&](std::uint32_t number) {
        for (; past != applied.end() && past->number < number; ++past)
            found.push_back({past->name, MigrationState::missing, past->applied_at});
    };
    for (const Migration& migration : all) {
        add_missing_below(migration.number);
        if (past == applied.end() || past->number != migration.number) {
            found.push_back({.name = migration.name});
            continue;
        }
        const bool is_same = checksum_of(migration) == past->checksum;
        found.push_back({migration.name, is_same ? MigrationState::applied : MigrationState::edited, past->applied_at});
        ++past;
    }
    add_missing_below(std::numeric_limits<std::uint32_t>::max());
    return found;
}

Result<std::vector<std::string>> apply_migrations(Connection& writer, const std::vector<Migration>& all,
                                                  const Clock& clock, TimePoint deadline) {
    CHECK(!writer.has_transaction());
    TRY(const MigrationPlan plan, plan_migrations(writer, all));
    if (plan.pending.empty())
        return std::vector<std::string>();
    TRY_DO(
        writer.execute("CREATE TABLE IF NOT EXISTS _skep_migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                       "checksum BLOB NOT NULL, applied_at INTEGER NOT NULL)"));
    // Before BEGIN: inside a transaction it is ignored, and rebuilding a parent table would empty its children.
    TRY_DO(writer.execute("PRAGMA foreign_keys = OFF"));
    auto names = apply_all(writer, plan.pending, clock, deadline);
    TRY_DO(writer.execute("PRAGMA foreign_keys = ON"));
    return names;
}

}  // namespace skep::store
