#pragma once
// Migrations: how a service's tables come to be and change, `NNNN_name.sql` after `NNNN_name.sql`.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/detail/sql/connection.hpp"

namespace skep::store {

struct Migration {
    std::uint32_t number = 0;
    std::string name;  // of its file: "0001_users.sql"
    std::string text;
};

// What was applied to a store, and what would be, in order.
struct MigrationPlan {
    std::vector<std::string> applied;
    std::vector<Migration> pending;
};

enum class MigrationState : std::uint8_t { applied, pending, edited, missing };

// One migration of a store, of its folder, or of both.
struct MigrationStatus {
    std::string name;
    MigrationState state = MigrationState::pending;
    std::int64_t applied_at = 0;  // seconds since 1970; 0 where it was not
};

// The migrations in `folder` by their numbers; none where there is no folder. Other files are left alone. Fails with
// `migration_invalid` for a name that does not fit, a number used twice, or a file over 1 MiB. Blocking.
Result<std::vector<Migration>> read_migrations(const std::filesystem::path& folder);

// Compares what the store has with `all`. Fails with `migration_edited`, `migration_missing`, and `migration_invalid`
// for a new one whose number lies below an applied one.
Result<MigrationPlan> plan_migrations(Connection& connection, const std::vector<Migration>& all);

// The same as a list by number, in which what `plan_migrations` refuses has its place too.
Result<std::vector<MigrationStatus>> inspect_migrations(Connection& connection, const std::vector<Migration>& all);

// Applies what is pending, each in a transaction of its own with foreign keys checked at its end, and returns the
// names. After an error, which names file and line (`migration_invalid`, or the store's own reason), those before the
// failed one stay, and nothing of it and those behind it is there. Outside of any transaction of `writer`; blocking.
Result<std::vector<std::string>> apply_migrations(Connection& writer, const std::vector<Migration>& all,
                                                  const Clock& clock, TimePoint deadline);

}  // namespace skep::store
