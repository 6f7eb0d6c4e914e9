// What guests' statements may touch, through the connection that holds them to it.
#include "store/detail/sql/authorizer.hpp"

#include "store/testing/sql_fixture.hpp"

namespace skep::store {
namespace {

class AuthorizerTest : public SqlFixture {
protected:
    AuthorizerTest() { run("CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT)").value(); }
};

TEST_F(AuthorizerTest, internal_tables_cannot_be_read) {
    EXPECT_EQ(fault("SELECT * FROM _skep_meta"),
              "sql_refused: the statement is refused: _skep_meta is the platform's: names that begin with _skep_ are "
              "closed");
    EXPECT_EQ(reason("SELECT count(*) FROM main.\"_SKEP_META\""), "sql_refused");
    EXPECT_EQ(reason("SELECT 1 WHERE EXISTS (SELECT 1 FROM _skep_meta)"), "sql_refused");
    EXPECT_EQ(reason("WITH a AS (SELECT name FROM _skep_meta) SELECT * FROM a"), "sql_refused");
}

TEST_F(AuthorizerTest, internal_tables_cannot_be_written) {
    EXPECT_EQ(reason("INSERT INTO _skep_meta VALUES ('a', 1)"), "sql_refused");
    EXPECT_EQ(reason("UPDATE _skep_meta SET value = 9"), "sql_refused");
    EXPECT_EQ(reason("DELETE FROM _skep_meta"), "sql_refused");
}

TEST_F(AuthorizerTest, internal_tables_cannot_be_defined_changed_or_dropped) {
    EXPECT_EQ(reason("CREATE TABLE _skep_mine (a)"), "sql_refused");
    EXPECT_EQ(reason("CREATE INDEX _skep_mine ON users (name)"), "sql_refused");
    EXPECT_EQ(reason("CREATE INDEX mine ON _skep_meta (value)"), "sql_refused");
    EXPECT_EQ(reason("CREATE TRIGGER mine AFTER INSERT ON _skep_meta BEGIN DELETE FROM users; END"), "sql_refused");
    EXPECT_EQ(reason("ALTER TABLE _skep_meta ADD COLUMN a"), "sql_refused");
    EXPECT_EQ(reason("DROP TABLE _skep_meta"), "sql_refused");
}

TEST_F(AuthorizerTest, internal_tables_are_closed_behind_views_and_triggers_too) {
    writer_->execute("CREATE VIEW peek AS SELECT * FROM _skep_meta").value();
    writer_->execute("CREATE TRIGGER leak AFTER DELETE ON users BEGIN UPDATE _skep_meta SET value = 9; END").value();

    EXPECT_EQ(reason("SELECT * FROM peek"), "sql_refused");
    EXPECT_EQ(reason("DELETE FROM users"), "sql_refused");
}

TEST_F(AuthorizerTest, the_names_of_internal_tables_are_no_secret) {
    EXPECT_EQ(rows("SELECT name FROM sqlite_schema WHERE name LIKE '\\_skep%' ESCAPE '\\'"), "_skep_meta");
}

TEST_F(AuthorizerTest, a_prepared_statement_is_judged_again_after_a_change_of_the_schema) {
    EXPECT_EQ(rows("SELECT count(*) FROM users"), "0");
    writer_->execute("ALTER TABLE users RENAME TO people").value();
    writer_->execute("CREATE VIEW users AS SELECT * FROM _skep_meta").value();

    EXPECT_EQ(reason("SELECT count(*) FROM users"), "sql_refused");
}

TEST_F(AuthorizerTest, the_tables_of_sqlite_itself_cannot_be_written) {
    EXPECT_EQ(reason("INSERT INTO sqlite_schema VALUES ('table', 'a', 'a', 2, '')"), "sql_refused");
    EXPECT_EQ(reason("DELETE FROM sqlite_schema"), "sql_invalid");
    EXPECT_EQ(fault("UPDATE sqlite_sequence SET seq = 0"),
              "sql_refused: the statement is refused: sqlite_sequence is SQLite's own: it cannot be written");
}

TEST_F(AuthorizerTest, a_counted_key_still_counts) {
    EXPECT_EQ(run("INSERT INTO users (name) VALUES ('Ann')").value().last_insert_id, 1);
    EXPECT_EQ(rows("SELECT seq FROM sqlite_sequence"), "1");
}

TEST_F(AuthorizerTest, pragmas_that_read_are_open) {
    EXPECT_EQ(rows("PRAGMA table_info(users)"), "0,id,INTEGER,0,null,1|1,name,TEXT,0,null,0");
    EXPECT_EQ(rows("SELECT name FROM pragma_table_xinfo('users')"), "id|name");
    EXPECT_EQ(rows("PRAGMA foreign_keys"), "1");
    EXPECT_EQ(rows("PRAGMA foreign_key_check"), "");
}

TEST_F(AuthorizerTest, pragmas_that_set_are_refused) {
    EXPECT_EQ(fault("PRAGMA foreign_keys = OFF"),
              "sql_refused: the statement is refused: PRAGMA foreign_keys is the platform's: only some that read are "
              "open (table_info, index_list, …)");
    EXPECT_EQ(reason("PRAGMA writable_schema = ON"), "sql_refused");
    EXPECT_EQ(reason("PRAGMA journal_mode = DELETE"), "sql_refused");
    EXPECT_EQ(reason("PRAGMA synchronous(OFF)"), "sql_refused");
    EXPECT_EQ(reason("PRAGMA wal_checkpoint"), "sql_refused");
    EXPECT_EQ(reason("PRAGMA user_version = 3"), "sql_refused");
    EXPECT_EQ(reason("EXPLAIN PRAGMA max_page_count = 9"), "sql_refused");
    EXPECT_EQ(reason("PRAGMA optimize"), "sql_refused");
}

TEST_F(AuthorizerTest, a_pragma_behind_a_table_is_held_to_the_same_rules) {
    EXPECT_EQ(reason("SELECT * FROM pragma_integrity_check"), "sql_refused");
}

TEST_F(AuthorizerTest, temporary_objects_are_refused_by_their_schema_too) {
    EXPECT_EQ(reason("CREATE TABLE temp.mine (a)"), "sql_refused");
    EXPECT_EQ(reason("CREATE VIEW temp.mine AS SELECT 1"), "sql_refused");
    EXPECT_EQ(reason("CREATE TRIGGER 'TEMP'.mine AFTER INSERT ON users BEGIN DELETE FROM users; END"), "sql_refused");
}

TEST_F(AuthorizerTest, functions_that_reach_outside_are_refused) {
    EXPECT_EQ(fault("SELECT sqlite_log(1, 'x')"),
              "sql_refused: the statement is refused: the function sqlite_log is not for services");
    EXPECT_EQ(fault("SELECT load_extension('x')"),
              "sql_invalid: cannot run the statement: no such function: "
              "load_extension");
}

TEST_F(AuthorizerTest, definitions_that_are_granted_work) {
    run("CREATE INDEX by_name ON users (name)").value();
    run("CREATE VIEW names AS SELECT name FROM users").value();
    run("CREATE TRIGGER copy AFTER INSERT ON users WHEN new.name <> 'x' BEGIN "
        "INSERT INTO users (name) VALUES ('x'); END")
        .value();
    run("ALTER TABLE users RENAME COLUMN name TO called").value();
    run("ALTER TABLE users ADD COLUMN age INT").value();
    run("INSERT INTO users (called) VALUES ('Ann')").value();

    EXPECT_EQ(rows("SELECT called FROM names"), "Ann|x");
    run("DROP VIEW names").value();
    run("DROP TABLE users").value();
    EXPECT_EQ(reason("SELECT * FROM users"), "sql_invalid");
}

TEST_F(AuthorizerTest, the_platform_is_not_held_to_the_rules) {
    EXPECT_TRUE(writer_->execute("CREATE TABLE _skep_more (a)"));
    EXPECT_TRUE(writer_->execute("SAVEPOINT a"));
    EXPECT_TRUE(writer_->execute("RELEASE a"));
}

// What makes SQLite drop the whole transaction, neighbours included: made by the platform here, for guests cannot.
class DroppedBatchTest : public SqlFixture {
protected:
    void begin_batch() {
        writer_->execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b)").value();
        writer_->execute("BEGIN IMMEDIATE").value();
        run("INSERT INTO t VALUES (1, 'mate')").value();
    }
};

TEST_F(DroppedBatchTest, a_rollback_clause_drops_it) {
    begin_batch();

    EXPECT_FALSE(writer_->execute("INSERT OR ROLLBACK INTO t VALUES (1, 'again')"));

    EXPECT_FALSE(writer_->has_transaction());
}

TEST_F(DroppedBatchTest, a_rollback_clause_of_the_schema_drops_it) {
    writer_->execute("CREATE TABLE u (a UNIQUE ON CONFLICT ROLLBACK)").value();
    begin_batch();
    run("INSERT INTO u VALUES (1)").value();

    EXPECT_EQ(reason("INSERT INTO u VALUES (1)"), "constraint");

    EXPECT_FALSE(writer_->has_transaction());
}

TEST_F(DroppedBatchTest, a_trigger_that_raises_it_drops_it) {
    begin_batch();
    writer_->execute("CREATE TRIGGER no BEFORE DELETE ON t BEGIN SELECT RAISE(ROLLBACK, 'kept'); END").value();

    EXPECT_EQ(fault("DELETE FROM t"), "constraint: cannot run the statement: kept");

    EXPECT_FALSE(writer_->has_transaction());
}

TEST_F(DroppedBatchTest, a_full_store_drops_it) {
    begin_batch();
    writer_->execute("PRAGMA max_page_count = 8").value();

    EXPECT_EQ(reason("INSERT INTO t VALUES (2, zeroblob(100000))"), "quota_exceeded");

    EXPECT_FALSE(writer_->has_transaction());
}

TEST_F(DroppedBatchTest, a_raised_abort_keeps_it) {
    begin_batch();
    writer_->execute("CREATE TRIGGER no BEFORE DELETE ON t BEGIN SELECT RAISE(ABORT, 'kept'); END").value();

    EXPECT_EQ(reason("DELETE FROM t"), "constraint");

    EXPECT_TRUE(writer_->has_transaction());
    EXPECT_EQ(rows("SELECT a FROM t"), "1");
}

TEST_F(DroppedBatchTest, a_commit_that_deferred_violations_stop_keeps_it) {
    writer_->execute("CREATE TABLE child (a REFERENCES t DEFERRABLE INITIALLY DEFERRED)").value();
    begin_batch();
    run("INSERT INTO child VALUES (9)").value();

    EXPECT_EQ(writer_->execute("COMMIT").error().name(), "constraint");

    EXPECT_TRUE(writer_->has_transaction());
}

}  // namespace
}  // namespace skep::store
