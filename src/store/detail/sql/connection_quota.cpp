#include "store/detail/sql/connection_quota.hpp"

#include <sqlite3.h>

#include "store/detail/sql/statement.hpp"

namespace skep::store {
namespace {

// What one statement may take beside its parameters: pages of its table and indexes that it splits.
constexpr std::uint64_t kOverhead = 64 << 10;

std::uint64_t number(sqlite3* connection, const char* sql) {
    sqlite3_stmt* raw = nullptr;
    if (sqlite3_prepare_v2(connection, sql, -1, &raw, nullptr) != SQLITE_OK)
        return 0;
    const StatementHandle statement(raw);
    return sqlite3_step(raw) == SQLITE_ROW ? static_cast<std::uint64_t>(sqlite3_column_int64(raw, 0)) : 0;
}

std::uint64_t used_bytes(sqlite3* connection) {
    const std::uint64_t pages = number(connection, "PRAGMA page_count") - number(connection, "PRAGMA freelist_count");
    return pages * number(connection, "PRAGMA page_size");
}

}  // namespace

void QuotaGuard::attach(sqlite3* connection) {
    const std::uint64_t bytes = quota_ + quota_ / 20 + kReserve;
    const std::string sql = "PRAGMA max_page_count = " + std::to_string(bytes / number(connection, "PRAGMA page_size"));
    number(connection, sql.c_str());
}

Result<> QuotaGuard::admit(sqlite3* connection, std::uint64_t bytes, bool is_bounded) {
    charged_ += 2 * bytes + kOverhead;
    if (charged_ > left_ / 2) {
        const std::uint64_t used = used_bytes(connection);
        const std::uint64_t all = quota_ > kReserve ? quota_ - kReserve : 0;
        left_ = used < all ? all - used : 0;
        charged_ = 2 * bytes + kOverhead;
        if (bytes >= left_)
            return fail("quota_exceeded", "the store holds {} of {} bytes", used, quota_);
    }
    if (!is_bounded)
        charged_ = left_;
    return {};
}

}  // namespace skep::store
