#include "store/detail/sql/plan.hpp"

#include "store/testing/sql_fixture.hpp"

namespace skep::store {
namespace {

class PlanTest : public SqlFixture {
protected:
    PlanTest() {
        run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age INT, city TEXT)").value();
        run("CREATE INDEX by_age ON users (age)").value();
        run("CREATE TABLE orders (id TEXT PRIMARY KEY, user INT NOT NULL REFERENCES users(id), total INT) WITHOUT "
            "ROWID")
            .value();
        run("CREATE TABLE lines (id INTEGER PRIMARY KEY AUTOINCREMENT, what TEXT)").value();
    }
    std::string slow(std::string_view sql) { return unbounded_part_of(writer_->raw(), sql); }
};

TEST_F(PlanTest, a_search_by_a_unique_key_is_bounded) {
    EXPECT_EQ(slow("SELECT * FROM users WHERE id = ?"), "");
    EXPECT_EQ(slow("SELECT name, age + 1 FROM users WHERE name = $1"), "");
    EXPECT_EQ(slow("SELECT total FROM orders WHERE id = ? LIMIT 1"), "");
    EXPECT_EQ(slow("SELECT id FROM users WHERE id = ? AND age > 3"), "");
}

TEST_F(PlanTest, an_aggregate_over_one_row_is_bounded) {
    EXPECT_EQ(slow("SELECT count(*), max(age) FROM users WHERE id = ?"), "");
}

TEST_F(PlanTest, a_join_of_unique_keys_is_bounded) {
    EXPECT_EQ(slow("SELECT u.name FROM orders o JOIN users u ON u.id = o.user WHERE o.id = ?"), "");
}

TEST_F(PlanTest, a_subquery_by_a_unique_key_is_bounded) {
    EXPECT_EQ(slow("SELECT (SELECT name FROM users WHERE id = o.user) FROM orders o WHERE id = ?"), "");
    EXPECT_EQ(slow("SELECT EXISTS (SELECT 1 FROM users WHERE name = ?)"), "");
}

TEST_F(PlanTest, an_insert_of_one_row_is_bounded) {
    EXPECT_EQ(slow("INSERT INTO users (name, age) VALUES (?, ?)"), "");
    EXPECT_EQ(slow("INSERT INTO orders VALUES (?, ?, ?)"), "");
    EXPECT_EQ(slow("INSERT INTO lines (what) VALUES (?)"), "");
    EXPECT_EQ(slow("INSERT INTO users (name) VALUES (?) RETURNING id"), "");
}

TEST_F(PlanTest, an_insert_that_updates_one_row_instead_is_bounded) {
    EXPECT_EQ(slow("INSERT INTO users (name, age) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET age = excluded.age"),
              "");
    EXPECT_EQ(slow("INSERT OR IGNORE INTO lines (id, what) VALUES (?, ?)"), "");
}

TEST_F(PlanTest, an_update_and_a_delete_by_a_unique_key_are_bounded) {
    EXPECT_EQ(slow("UPDATE users SET age = age + 1 WHERE name = ?"), "");
    EXPECT_EQ(slow("UPDATE orders SET total = ? WHERE id = ?"), "");
    EXPECT_EQ(slow("DELETE FROM lines WHERE id = ?"), "");
}

TEST_F(PlanTest, a_scan_is_not) {
    EXPECT_EQ(slow("SELECT * FROM users"), "Next");
    EXPECT_EQ(slow("SELECT * FROM users WHERE city = ?"), "Next");
    EXPECT_EQ(slow("SELECT * FROM users LIMIT 1"), "Next");
    EXPECT_NE(slow("SELECT * FROM (SELECT id FROM users LIMIT 5)"), "");
    EXPECT_EQ(slow("SELECT count(*) FROM users"), "Count");
    EXPECT_NE(slow("UPDATE users SET age = 0 WHERE city = ?"), "");
    EXPECT_NE(slow("DELETE FROM users"), "");
}

TEST_F(PlanTest, a_range_and_a_key_that_is_not_unique_are_not) {
    EXPECT_EQ(slow("SELECT * FROM users WHERE id > ? LIMIT 10"), "Next");
    EXPECT_EQ(slow("SELECT * FROM users WHERE age = ?"), "Next");
    EXPECT_NE(slow("SELECT * FROM users WHERE id IN (1, 2, 3)"), "");
    EXPECT_NE(slow("SELECT * FROM users WHERE id = 1 OR name = 'a'"), "");
}

TEST_F(PlanTest, sorting_grouping_and_recursion_are_not) {
    EXPECT_NE(slow("SELECT * FROM users ORDER BY city"), "");
    EXPECT_NE(slow("SELECT city, count(*) FROM users GROUP BY city"), "");
    EXPECT_NE(slow("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"), "");
    EXPECT_NE(slow("SELECT 1 UNION SELECT 2"), "");
    EXPECT_NE(slow("WITH a AS MATERIALIZED (SELECT name FROM users) SELECT * FROM a"), "");
}

TEST_F(PlanTest, several_rows_in_one_insert_are_not) {
    EXPECT_NE(slow("INSERT INTO lines (what) VALUES ('a'), ('b')"), "");
    EXPECT_NE(slow("INSERT INTO lines (what) SELECT name FROM users"), "");
}

TEST_F(PlanTest, functions_whose_time_grows_with_their_arguments_are_not) {
    EXPECT_EQ(slow("SELECT instr(?, ?)"), "instr(2)");
    EXPECT_EQ(slow("SELECT * FROM users WHERE id = ? AND name LIKE ?"), "like(2)");
    EXPECT_EQ(slow("SELECT ? GLOB ?"), "glob(2)");
    EXPECT_NE(slow("SELECT hex(randomblob(1000000))"), "");
    EXPECT_NE(slow("SELECT replace(name, 'a', 'b') FROM users WHERE id = ?"), "");
    EXPECT_NE(slow("SELECT name ->> '$.a' FROM users WHERE id = ?"), "");
    EXPECT_NE(slow("SELECT group_concat(name) FROM users WHERE id = ?"), "");
    EXPECT_NE(slow("INSERT INTO users (name) VALUES (printf('%*d', ?, 1))"), "");
}

TEST_F(PlanTest, much_work_on_texts_is_not) {
    EXPECT_EQ(slow("SELECT name||name||name||name FROM users WHERE id = ?"), "");
    EXPECT_EQ(
        slow("SELECT name||name||name||name||name||name||name||name||name||name||name||name||name||name||name||name"
             "||name||name||name||name||name||name FROM users WHERE id = ?"),
        "Concat");
}

TEST_F(PlanTest, quick_functions_are_bounded) {
    EXPECT_EQ(slow("INSERT INTO users (name, age) VALUES (?, unixepoch())"), "");
    EXPECT_EQ(slow("SELECT coalesce(name, city), abs(age), datetime('now') FROM users WHERE id = ?"), "");
}

TEST_F(PlanTest, a_table_that_is_a_function_is_not) {
    EXPECT_NE(slow("SELECT value FROM json_each(?)"), "");
}

TEST_F(PlanTest, a_view_is_what_it_selects) {
    run("CREATE VIEW adults AS SELECT id, name FROM users WHERE age >= 18").value();
    run("CREATE VIEW cities AS SELECT DISTINCT city FROM users").value();

    EXPECT_EQ(slow("SELECT * FROM adults WHERE id = ?"), "");
    EXPECT_NE(slow("SELECT * FROM cities WHERE city = ?"), "");
}

TEST_F(PlanTest, a_trigger_that_inserts_a_row_is_bounded) {
    run("CREATE TRIGGER log AFTER INSERT ON orders BEGIN INSERT INTO lines (what) VALUES (new.id); END").value();

    EXPECT_EQ(slow("INSERT INTO orders VALUES (?, ?, ?)"), "");
}

TEST_F(PlanTest, a_trigger_that_scans_is_not) {
    run("CREATE TRIGGER log AFTER INSERT ON orders BEGIN UPDATE lines SET what = new.id; END").value();

    EXPECT_EQ(slow("INSERT INTO orders VALUES (?, ?, ?)"), "Next");
}

TEST_F(PlanTest, triggers_that_multiply_are_not) {
    run("CREATE TABLE a (x)").value();
    run("CREATE TABLE b (x)").value();
    run("CREATE TRIGGER a1 AFTER INSERT ON a BEGIN INSERT INTO b VALUES (1); INSERT INTO b VALUES (2); END").value();
    run("CREATE TRIGGER b1 AFTER INSERT ON b BEGIN INSERT INTO lines (what) VALUES (1); END").value();
    run("CREATE TRIGGER l1 AFTER INSERT ON lines BEGIN INSERT INTO orders VALUES (1, 1, 1), (2, 1, 1); END").value();

    EXPECT_NE(slow("INSERT INTO a VALUES (1)"), "");
}

TEST_F(PlanTest, more_than_four_triggers_are_not) {
    run("CREATE TABLE a (x)").value();
    run("CREATE TRIGGER a1 AFTER INSERT ON a BEGIN INSERT INTO lines (what) VALUES (1); END").value();
    run("CREATE TRIGGER a2 AFTER INSERT ON a BEGIN INSERT INTO lines (what) VALUES (1); END").value();
    run("CREATE TRIGGER a3 AFTER INSERT ON a BEGIN INSERT INTO lines (what) VALUES (1); END").value();
    run("CREATE TRIGGER a4 AFTER INSERT ON a BEGIN INSERT INTO lines (what) VALUES (1); END").value();
    EXPECT_EQ(slow("INSERT INTO a VALUES (1)"), "");

    run("CREATE TRIGGER a5 AFTER INSERT ON a BEGIN INSERT INTO lines (what) VALUES (1); END").value();

    EXPECT_EQ(slow("INSERT INTO a VALUES (1)"), "Program");
}

TEST_F(PlanTest, a_row_that_may_make_good_a_violation_is_not) {
    run("CREATE TABLE tree (id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree(id))").value();

    EXPECT_EQ(slow("INSERT INTO tree VALUES (?, ?) RETURNING id"), "FkIfZero");
    EXPECT_EQ(slow("INSERT INTO users (name) VALUES (?) RETURNING id"), "");
}

TEST_F(PlanTest, deleting_a_parent_searches_its_children) {
    EXPECT_NE(slow("DELETE FROM users WHERE id = ?"), "");
}

TEST_F(PlanTest, a_cascade_along_a_unique_key_is_not_bounded) {
    run("CREATE TABLE chain (id INTEGER PRIMARY KEY, next INTEGER UNIQUE REFERENCES chain(id) ON DELETE CASCADE)")
        .value();

    EXPECT_NE(slow("DELETE FROM chain WHERE id = ?"), "");
}

TEST_F(PlanTest, a_slow_check_or_generated_column_is_not_bounded) {
    run("CREATE TABLE checked (id INTEGER PRIMARY KEY, a TEXT, b TEXT, CHECK (instr(a, b) = 0))").value();
    run("CREATE TABLE made (id INTEGER PRIMARY KEY, a TEXT, b TEXT AS (upper(a)))").value();

    EXPECT_EQ(slow("INSERT INTO checked VALUES (?, ?, ?)"), "instr(2)");
    EXPECT_EQ(slow("SELECT b FROM made WHERE id = ?"), "upper(1)");
    EXPECT_EQ(slow("SELECT a FROM made WHERE id = ?"), "");
}

}  // namespace
}  // namespace skep::store
