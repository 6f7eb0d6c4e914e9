#pragma once
// QuotaGuard: how large a store may grow.

#include <cstdint>

#include "store/detail/sql/connection.hpp"

namespace skep::store {

// Pages in use are counted when what was written since the last count could have used up a part of what is left: far
// from the quota almost never, close to it at every statement.
class QuotaGuard {
public:
    explicit QuotaGuard(const SqlLimits& limits) : quota_(limits.quota_bytes) {}

    // Sets SQLite's own bound above the quota, as a backstop: reaching it costs the whole batch.
    void attach(sqlite3* connection);

    // Before a statement that may grow the store by `bytes` of parameters. Fails with `quota_exceeded`.
    Result<> admit(sqlite3* connection, std::uint64_t bytes, bool is_bounded);

    // Left for the platform's own records, so that rows can be deleted in a full store.
    static constexpr std::uint64_t kReserve = 1 << 20;

private:
    std::uint64_t quota_;
    std::uint64_t left_ = 0;     // when last counted
    std::uint64_t charged_ = 1;  // since then
};

}  // namespace skep::store
