#pragma once
// What is in a store, for people who look: its tables, and queries that only read.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/service_store.hpp"

namespace skep::store {

struct TableInfo {
    std::string name;
    std::string kind;  // "table" or "view"
    std::uint64_t rows = 0;
    std::vector<std::string> columns;  // "id INTEGER"
};

// Both look at one snapshot of the store, by the rules that hold for guests' statements; the platform's own tables are
// left out. They fail as statements do, with `statement_timeout` at `deadline`, and with `readers_busy`. Blocking.

// By name.
Result<std::vector<TableInfo>> tables_of(ServiceStore& store, TimePoint deadline);

// The rows of one statement, in the row format. Fails with `sql_refused` where it writes.
Result<Bytes> query_store(ServiceStore& store, std::string_view sql, TimePoint deadline);

}  // namespace skep::store
