#include "store/migrations.hpp"

#include <fstream>

#include <gmock/gmock.h>

#include "store/testing/sql_fixture.hpp"

namespace skep::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const Migration kUsers{.number = 1,
                       .name = "0001_users.sql",
                       .text = "-- people\nCREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT NOT NULL);\n"};
const Migration kOrders{.number = 2,
                        .name = "0002_orders.sql",
                        .text =
                            "CREATE TABLE orders (id INTEGER PRIMARY KEY,\n"
                            "  user INTEGER NOT NULL REFERENCES users(id) ON DELETE CASCADE);\n"
                            "INSERT INTO users VALUES (1, 'Ann');\n"
                            "INSERT INTO orders VALUES (7, 1)"};

class MigrationsTest : public SqlFixture {
protected:
    Result<std::vector<std::string>> apply(const std::vector<Migration>& all) {
        return apply_migrations(*writer_, all, clock_, clock_.now() + std::chrono::minutes(1));
    }
    // "reason: message" of a third migration with `text` behind users and orders.
    std::string fault_of(std::string text) {
        const auto applied = apply({kUsers, kOrders, third(std::move(text))});
        return applied ? "none" : applied.error().to_string();
    }
    static Migration third(std::string text) { return {.number = 3, .name = "0003_more.sql", .text = std::move(text)}; }
};

TEST_F(MigrationsTest, are_applied_in_order_and_once) {
    EXPECT_THAT(apply({kUsers, kOrders}).value(), ElementsAre("0001_users.sql", "0002_orders.sql"));
    EXPECT_EQ(rows("SELECT users.name, orders.id FROM orders JOIN users ON users.id = orders.user"), "Ann,7");

    EXPECT_THAT(apply({kUsers, kOrders}).value(), IsEmpty());
    EXPECT_THAT(apply({kUsers, kOrders, third("CREATE TABLE x (a)")}).value(), ElementsAre("0003_more.sql"));
}

TEST_F(MigrationsTest, a_plan_tells_what_would_run_and_runs_nothing) {
    apply({kUsers}).value();

    const MigrationPlan plan = plan_migrations(*writer_, {kUsers, kOrders}).value();

    EXPECT_THAT(plan.applied, ElementsAre("0001_users.sql"));
    EXPECT_EQ(plan.pending.at(0).name, "0002_orders.sql");
    EXPECT_EQ(reason("SELECT * FROM orders"), "sql_invalid");
}

// "name state applied_at" of each.
std::vector<std::string> shown(const std::vector<MigrationStatus>& found) {
    std::vector<std::string> lines;
    for (const auto& [name, state, applied_at] : found)
        lines.push_back(fmt::format("{} {} {}", name, static_cast<int>(state), applied_at));
    return lines;
}

TEST_F(MigrationsTest, an_inspection_lists_all_whatever_is_wrong_with_them) {
    apply({kUsers, kOrders, third("CREATE TABLE x (a)")}).value();
    Migration edited = kUsers;
    edited.text += " ";
    const Migration next{.number = 4, .name = "0004_next.sql"};

    const auto found = inspect_migrations(*writer_, {edited, third("CREATE TABLE x (a)"), next}).value();

    EXPECT_THAT(shown(found), ElementsAre("0001_users.sql 2 1767229200", "0002_orders.sql 3 1767229200",
                                          "0003_more.sql 0 1767229200", "0004_next.sql 1 0"));
}

TEST_F(MigrationsTest, a_reader_can_plan_before_anything_was_applied) {
    const auto reader = connect(Role::reader).value();

    EXPECT_EQ(plan_migrations(*reader, {kUsers, kOrders}).value().pending.size(), 2U);
}

TEST_F(MigrationsTest, one_that_was_edited_is_refused) {
    apply({kUsers}).value();
    Migration edited = kUsers;
    edited.text += " ";

    EXPECT_EQ(apply({edited, kOrders}).error().to_string(),
              "migration_edited: 0001_users.sql was changed after it had been applied");
    EXPECT_EQ(reason("SELECT * FROM orders"), "sql_invalid");
}

TEST_F(MigrationsTest, one_that_is_gone_is_refused) {
    apply({kUsers, kOrders}).value();

    EXPECT_EQ(apply({kUsers}).error().to_string(),
              "migration_missing: 0002_orders.sql was applied to the store, and is not there any more");
    EXPECT_EQ(apply({kOrders}).error().name(), "migration_missing");
}

TEST_F(MigrationsTest, a_new_one_below_an_applied_one_is_refused) {
    apply({kUsers, third("CREATE TABLE x (a)")}).value();

    EXPECT_EQ(
        apply({kUsers, kOrders, third("CREATE TABLE x (a)")}).error().to_string(),
        "migration_invalid: 0002_orders.sql comes before 0003_more.sql, which was applied already: give it a higher "
        "number");
}

TEST_F(MigrationsTest, one_that_fails_half_way_leaves_nothing_and_those_before_it_stay) {
    EXPECT_EQ(
        fault_of(
            "CREATE TABLE more (a);\nINSERT INTO users VALUES (2, 'Bob');\n\n  INSERT INTO users (id) VALUES (3);"),
        "migration_invalid: 0003_more.sql:4: cannot run the statement: NOT NULL constraint failed: users.name");

    EXPECT_EQ(rows("SELECT name FROM users"), "Ann");
    EXPECT_EQ(reason("SELECT * FROM more"), "sql_invalid");
    EXPECT_FALSE(writer_->has_transaction());
    EXPECT_EQ(plan_migrations(*writer_, {kUsers, kOrders}).value().applied.size(), 2U);
}

TEST_F(MigrationsTest, a_syntax_error_is_named_by_its_line) {
    EXPECT_EQ(fault_of("CREATE TABLE a (x);\nCREATE TABLE b (\n  x INTEGER,\n  y INTEGR NOT NUL\n);"),
              "migration_invalid: 0003_more.sql:4: cannot run the statement: near \"NUL\": syntax error");
}

TEST_F(MigrationsTest, a_trigger_is_one_statement) {
    EXPECT_EQ(
        fault_of("CREATE TRIGGER t AFTER INSERT ON users BEGIN\n  UPDATE users SET name = 'x';\n  SELECT 1;\nEND;\n"
                 "INSERT INTO users VALUES (5, 'Eve');;-- the end"),
        "none");
    EXPECT_EQ(rows("SELECT DISTINCT name FROM users"), "x");
}

TEST_F(MigrationsTest, rebuilding_a_parent_table_keeps_its_children) {
    EXPECT_EQ(fault_of("CREATE TABLE new_users (id INTEGER PRIMARY KEY, name TEXT NOT NULL, age INTEGER DEFAULT 0);\n"
                       "INSERT INTO new_users (id, name) SELECT id, name FROM users;\n"
                       "DROP TABLE users;\n"
                       "ALTER TABLE new_users RENAME TO users;\n"),
              "none");

    EXPECT_EQ(rows("SELECT orders.id, users.name, users.age FROM orders JOIN users ON users.id = orders.user"),
              "7,Ann,0");
    EXPECT_EQ(rows("PRAGMA foreign_keys"), "1");
    EXPECT_EQ(reason("INSERT INTO orders VALUES (8, 99)"), "constraint");
}

TEST_F(MigrationsTest, rows_that_point_nowhere_afterwards_fail_it) {
    EXPECT_EQ(fault_of("DELETE FROM users;"),
              "migration_invalid: 0003_more.sql: afterwards a row of orders would point to no row of users");

    EXPECT_EQ(rows("SELECT count(*) FROM users"), "1");
    EXPECT_EQ(rows("PRAGMA foreign_keys"), "1");
}

TEST_F(MigrationsTest, transaction_statements_are_refused) {
    EXPECT_EQ(
        fault_of("CREATE TABLE a (x);\nCOMMIT;\nCREATE TABLE b (x);"),
        "migration_invalid: 0003_more.sql:2: COMMIT is refused: each migration runs in one transaction, which is not "
        "its own to end");
    EXPECT_EQ(reason("SELECT * FROM a"), "sql_invalid");
}

TEST_F(MigrationsTest, rollback_clauses_are_refused) {
    EXPECT_EQ(
        fault_of("CREATE TABLE a (x UNIQUE ON CONFLICT ROLLBACK);"),
        "migration_invalid: 0003_more.sql:1: ON CONFLICT ROLLBACK would undo the work of other requests: use ABORT, "
        "or quote the name");
    EXPECT_NE(fault_of("CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT RAISE(ROLLBACK, 'x'); END"), "none");
}

TEST_F(MigrationsTest, internal_tables_are_closed_to_them) {
    EXPECT_EQ(
        fault_of("\nUPDATE _skep_meta SET value = 7;"),
        "migration_invalid: 0003_more.sql:2: the statement is refused: _skep_meta is the platform's: names that begin "
        "with _skep_ are closed");
    EXPECT_NE(fault_of("CREATE VIEW v AS SELECT * FROM _skep_migrations"), "none");
}

TEST_F(MigrationsTest, switching_foreign_keys_is_refused_with_the_reason) {
    EXPECT_EQ(
        fault_of("PRAGMA foreign_keys = OFF;"),
        "migration_invalid: 0003_more.sql:1: the statement is refused: PRAGMA foreign_keys is not needed: foreign "
        "keys are checked once a migration has ended");
}

TEST_F(MigrationsTest, parameters_and_bytes_that_are_no_text_are_refused) {
    EXPECT_EQ(fault_of("INSERT INTO users VALUES (?, 'x')"),
              "migration_invalid: 0003_more.sql:1: a migration has no values for parameters");
    EXPECT_NE(fault_of(std::string("SELECT 1;\0SELECT 2", 18)), "none");
    EXPECT_NE(fault_of("SELECT '\xFF'"), "none");
}

TEST_F(MigrationsTest, an_empty_one_counts_as_applied) {
    EXPECT_EQ(fault_of("-- nothing yet\n"), "none");
    EXPECT_EQ(plan_migrations(*writer_, {kUsers, kOrders, third("-- nothing yet\n")}).value().applied.size(), 3U);
}

TEST_F(MigrationsTest, one_may_analyze_and_index) {
    EXPECT_EQ(fault_of("CREATE INDEX by_name ON users (name); ANALYZE;"), "none");
}

TEST_F(MigrationsTest, a_statement_that_was_prepared_before_sees_the_new_schema) {
    apply({kUsers}).value();
    EXPECT_EQ(rows("SELECT * FROM users"), "");

    apply({kUsers, kOrders, third("ALTER TABLE users ADD COLUMN age INTEGER DEFAULT 3")}).value();

    EXPECT_EQ(rows("SELECT * FROM users"), "1,Ann,3");
}

class MigrationFilesTest : public testing::Test {
protected:
    void write(const std::string& name, const std::string& text) { std::ofstream(folder_.path() / name) << text; }
    std::string fault() {
        const auto all = read_migrations(folder_.path());
        return all ? "none" : all.error().to_string();
    }

    TemporaryFolder folder_;
};

TEST_F(MigrationFilesTest, are_read_in_order_and_other_files_left_alone) {
    write("0010_last.sql", "c");
    write("0002_second.sql", "b");
    write("0001_first.sql", "a");
    write("README.md", "x");

    const auto all = read_migrations(folder_.path()).value();

    ASSERT_EQ(all.size(), 3U);
    EXPECT_EQ(all[0].text, "a");
    EXPECT_EQ(all[1].name, "0002_second.sql");
    EXPECT_EQ(all[2].number, 10U);
}

TEST_F(MigrationFilesTest, no_folder_is_no_migration) {
    EXPECT_THAT(read_migrations(folder_.path() / "none").value(), IsEmpty());
}

TEST_F(MigrationFilesTest, a_number_may_be_used_once) {
    write("0001_a.sql", "");
    write("0001_b.sql", "");

    EXPECT_EQ(fault(), "migration_invalid: 0001_a.sql and 0001_b.sql have the same number");
}

TEST_F(MigrationFilesTest, a_name_without_a_number_is_refused) {
    write("users.sql", "");

    EXPECT_EQ(fault(), "migration_invalid: users.sql: a migration is called NNNN_name.sql, from 0001 on");
}

TEST_F(MigrationFilesTest, a_name_with_a_short_or_no_number_is_refused) {
    write("001_a.sql", "");
    EXPECT_NE(fault(), "none");
    std::filesystem::rename(folder_.path() / "001_a.sql", folder_.path() / "0000_a.sql");
    EXPECT_NE(fault(), "none");
    std::filesystem::rename(folder_.path() / "0000_a.sql", folder_.path() / "0001_.sql");
    EXPECT_NE(fault(), "none");
}

TEST_F(MigrationFilesTest, a_file_that_is_too_large_is_refused) {
    write("0001_a.sql", std::string((1 << 20) + 1, ' '));

    EXPECT_THAT(fault(), testing::HasSubstr("file_too_large"));
}

}  // namespace
}  // namespace skep::store
