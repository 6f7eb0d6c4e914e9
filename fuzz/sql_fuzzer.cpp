// Any text as a guest's statement: cut into tokens, judged, and run where it is allowed, with DDL granted. Whatever it
// is, the batch that it runs in stands, the platform's tables are as they were, and nothing temporary is left.
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/check.hpp"
#include "store/detail/sql/connection.hpp"
#include "store/detail/sql/plan.hpp"
#include "store/detail/sql/statement_history.hpp"
#include "store/detail/sql/tokenizer.hpp"
#include "store/row_format.hpp"

namespace {

using namespace skep;
using namespace skep::store;

// Every look at it costs a millisecond: a statement ends after as many steps on every machine.
class StepClock final : public Clock {
public:
    TimePoint now() const override { return now_ += std::chrono::milliseconds(1); }
    WallTime wall_now() const override { return {}; }

private:
    mutable TimePoint now_{std::chrono::hours(1)};
};

class Folder {
public:
    Folder() {
        std::string name = (std::filesystem::temp_directory_path() / "skep-fuzz-XXXXXX").string();
        CHECK(::mkdtemp(name.data()) != nullptr);
        path_ = name;
    }
    ~Folder() { std::filesystem::remove_all(path_); }
    std::string database() const { return (path_ / "store.db").string(); }

private:
    std::filesystem::path path_;
};

struct Store {
    Store() {
        SqlLimits limits;
        limits.ddl = true;
        writer = Connection::open_at({.path = folder.database()}, Role::writer, limits, history, clock).value();
        for (const char* sql : {"CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT UNIQUE, b INT)",
                                "CREATE TABLE u (id TEXT PRIMARY KEY, t INT REFERENCES t) WITHOUT ROWID",
                                "CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT)",
                                "CREATE VIEW v AS SELECT a FROM t", "INSERT INTO t VALUES (1, 'x', 2), (2, 'y', 3)"})
            writer->execute(sql).value();
    }

    Folder folder;
    StepClock clock;
    StatementHistory history;
    std::unique_ptr<Connection> writer;
};

void cut(std::string_view sql) {
    Tokenizer tokens(sql);
    const char* behind = sql.data();
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
        CHECK(!token.text.empty() && token.text.data() >= behind);
        behind = token.text.data() + token.text.size();
        CHECK(behind <= sql.data() + sql.size());
    }
    CHECK(tokens.next().kind == TokenKind::end);
}

// Whether the batch stands after `sql`. What ends a batch by rights is told apart: time, space and memory.
bool keeps_batch(Store& store, std::string_view sql) {
    const auto statement = store.writer->prepare(sql);
    if (!statement)
        return store.writer->has_transaction();
    const StatementBounds bounds{.deadline = store.clock.now() + std::chrono::milliseconds(40)};
    const auto result = store.writer->run(**statement, {}, bounds);
    (void)unbounded_part_of(store.writer->raw(), sql);
    return store.writer->has_transaction() ||
           (!result && (result.error().name() == "statement_timeout" || result.error().http_status() == 507 ||
                        result.error().name() == "resource_exhausted"));
}

// What the platform holds, as bytes.
std::string internal_state(Connection& writer) {
    const auto meta = writer.execute("SELECT name, value FROM _skep_meta ORDER BY name").value();
    const auto names = writer
                           .execute(
                               "SELECT type, name, sql FROM sqlite_schema WHERE substr(name, 1, 6) = '_skep_' OR "
                               "tbl_name = '_skep_meta' UNION ALL SELECT type, name, sql FROM sqlite_temp_schema")
                           .value();
    return std::string(meta.rows.view()) + std::string(names.rows.view());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    static Store store;
    static const std::string before = internal_state(*store.writer);
    const std::string_view sql(reinterpret_cast<const char*>(data), size);
    cut(sql);

    store.writer->execute("BEGIN IMMEDIATE").value();
    bool stands = keeps_batch(store, sql);
    // What a definition left in the schema must not drop the batch later either.
    for (const std::string_view after : {"INSERT INTO t VALUES (1, 'x', 1)", "INSERT INTO t (a) VALUES ('x')",
                                         "INSERT INTO u VALUES ('a', 9)", "UPDATE t SET a = 'x'", "DELETE FROM t"}) {
        if (store.writer->has_transaction())
            stands = stands && keeps_batch(store, after);
    }
    CHECK(stands);
    CHECK(internal_state(*store.writer) == before);
    if (store.writer->has_transaction())
        store.writer->execute("ROLLBACK").value();
    return 0;
}
