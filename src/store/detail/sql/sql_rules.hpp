#pragma once
// What a statement may be, judged by its words before SQLite sees it. The authorizer judges what it does.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace skep::store {

// What a statement does, by its first words.
enum class Verb : std::uint8_t {
    read,    // SELECT, VALUES, WITH … SELECT, PRAGMA
    insert,  // INSERT, REPLACE
    update,
    remove,  // DELETE
    define,  // CREATE, ALTER
    drop,
    other,  // for SQLite to judge
};

// On whose behalf a statement runs.
enum class Caller : std::uint8_t { platform, guest, migration };

struct SqlRules {
    Caller caller = Caller::guest;
    bool ddl = false;  // CREATE, ALTER and DROP are granted
    std::size_t statement_bytes = 64 << 10;
};

// Tables, indexes and views of the platform begin with this.
inline constexpr std::string_view kInternalPrefix = "_skep_";

// Judges one statement. Fails with `sql_refused` for transaction statements, rollback clauses (they would undo what
// others did in the same batch), ATTACH, VACUUM and their like, DDL that is not granted, TEMP objects, virtual tables,
// a NUL, and what is too long; with `sql_invalid` where there is none. A second statement is for `check_tail`.
Result<Verb> check_statement(std::string_view sql, const SqlRules& rules);

// What SQLite left over of a text after the first statement must be nothing: `sql_refused`.
Result<> check_tail(std::string_view tail);

}  // namespace skep::store
