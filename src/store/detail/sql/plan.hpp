#pragma once
// Whether a statement's program is bounded by its text: what may run on an io thread.

#include <string>
#include <string_view>

struct sqlite3;

namespace skep::store {

// Reads the program that SQLite makes of `sql`, triggers, foreign keys, CHECKs and generated columns included, and
// names the first thing in it whose time depends on the rows: a loop over rows, a count of them, a function outside of
// a list of quick ones. Empty where there is none: then it searches unique keys and inserts single rows, and nothing
// else. May take as long as preparing `sql`.
std::string unbounded_part_of(sqlite3* connection, std::string_view sql);

}  // namespace skep::store
