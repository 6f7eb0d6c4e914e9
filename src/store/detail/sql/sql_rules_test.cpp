#include "store/detail/sql/sql_rules.hpp"

#include <string>

#include <gtest/gtest.h>

namespace skep::store {
namespace {

constexpr SqlRules kHandler{};
constexpr SqlRules kWithDdl{.ddl = true};

// "reason: message", or empty where the statement is allowed.
std::string judged(std::string_view sql, const SqlRules& rules = kHandler) {
    const auto verb = check_statement(sql, rules);
    return verb ? std::string() : verb.error().to_string();
}
std::string reason(std::string_view sql, const SqlRules& rules = kHandler) {
    const auto verb = check_statement(sql, rules);
    return verb ? std::string() : std::string(verb.error().name());
}

TEST(SqlRules, the_verb_is_the_first_word) {
    EXPECT_EQ(check_statement(" -- hello\nselect 1", kHandler), Verb::read);
    EXPECT_EQ(check_statement("REPLACE INTO t VALUES (1)", kHandler), Verb::insert);
    EXPECT_EQ(check_statement("update t set a = 1", kHandler), Verb::update);
    EXPECT_EQ(check_statement("DELETE FROM t", kHandler), Verb::remove);
}

TEST(SqlRules, after_with_the_verb_follows_the_tables) {
    EXPECT_EQ(check_statement("WITH a AS (SELECT 1) DELETE FROM t", kHandler), Verb::remove);
    EXPECT_EQ(check_statement("WITH a AS (SELECT (1)), b AS (SELECT 2) SELECT 3", kHandler), Verb::read);
}

TEST(SqlRules, transaction_statements_are_refused_and_say_whose_the_transaction_is) {
    EXPECT_EQ(judged("BEGIN"),
              "sql_refused: BEGIN is refused: the transaction is the handler's: it is committed when the handler ends");
    EXPECT_EQ(reason("commit"), "sql_refused");
    EXPECT_EQ(reason("END"), "sql_refused");
    EXPECT_EQ(reason("/* x */ ROLLBACK"), "sql_refused");
    EXPECT_EQ(reason("SAVEPOINT a"), "sql_refused");
    EXPECT_EQ(reason("RELEASE a"), "sql_refused");
}

TEST(SqlRules, an_explained_statement_is_judged_as_itself) {
    EXPECT_EQ(reason("EXPLAIN COMMIT"), "sql_refused");
    EXPECT_EQ(reason("EXPLAIN QUERY PLAN VACUUM"), "sql_refused");
    EXPECT_EQ(check_statement("EXPLAIN QUERY PLAN SELECT 1", kHandler), Verb::read);
}

TEST(SqlRules, what_leaves_the_database_is_refused) {
    EXPECT_EQ(reason("ATTACH 'x' AS y"), "sql_refused");
    EXPECT_EQ(reason("DETACH y"), "sql_refused");
    EXPECT_EQ(reason("VACUUM INTO 'x'"), "sql_refused");
    EXPECT_EQ(reason("REINDEX"), "sql_refused");
    EXPECT_EQ(reason("ANALYZE"), "sql_refused");
}

TEST(SqlRules, a_migration_is_told_of_its_own_transaction) {
    EXPECT_EQ(judged("COMMIT", {.caller = Caller::migration, .ddl = true}),
              "sql_refused: COMMIT is refused: each migration runs in one transaction, which is not its own to end");
}

TEST(SqlRules, a_migration_may_analyze) {
    EXPECT_EQ(judged("ANALYZE", {.caller = Caller::migration, .ddl = true}), "");
}

TEST(SqlRules, or_rollback_is_refused) {
    EXPECT_EQ(judged("INSERT OR /* x */ ROLLBACK INTO t VALUES (1)"),
              "sql_refused: OR ROLLBACK would undo the work of other requests: use ABORT, or quote the name");
}

TEST(SqlRules, on_conflict_rollback_is_refused) {
    EXPECT_EQ(reason("CREATE TABLE t (a UNIQUE ON CONFLICT\nROLLBACK)", kWithDdl), "sql_refused");
}

TEST(SqlRules, raise_rollback_is_refused) {
    EXPECT_EQ(reason("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT RAISE ( rollback , 'x'); END", kWithDdl),
              "sql_refused");
}

TEST(SqlRules, a_rollback_clause_behind_a_byte_order_mark_is_refused) {
    EXPECT_EQ(reason("INSERT OR \xEF\xBB\xBFROLLBACK INTO t VALUES (1)"), "sql_refused");
}

TEST(SqlRules, a_column_called_rollback_may_be_quoted) {
    EXPECT_EQ(judged("SELECT 1 FROM t WHERE a OR \"ROLLBACK\""), "");
    EXPECT_EQ(judged("SELECT 'OR ROLLBACK'"), "");
}

TEST(SqlRules, definitions_are_refused_in_handlers_with_what_to_do) {
    EXPECT_EQ(judged("CREATE TABLE t (a)"),
              "sql_refused: CREATE is not allowed in handlers: use a migration, or grant `data = { ddl = true }`");
    EXPECT_EQ(reason("ALTER TABLE t ADD b"), "sql_refused");
    EXPECT_EQ(reason("DROP TABLE t"), "sql_refused");
}

TEST(SqlRules, definitions_are_allowed_where_granted) {
    EXPECT_EQ(judged("CREATE TABLE t (a)", kWithDdl), "");
    EXPECT_EQ(judged("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM b; END", kWithDdl), "");
}

TEST(SqlRules, internal_names_in_definitions_are_refused_however_they_are_quoted) {
    EXPECT_EQ(reason("ALTER TABLE t RENAME TO _SKEP_x", kWithDdl), "sql_refused");
    EXPECT_EQ(reason("ALTER TABLE t RENAME TO '_skep_x'", kWithDdl), "sql_refused");
    EXPECT_EQ(reason("CREATE TABLE t (a REFERENCES [_skep_meta])", kWithDdl), "sql_refused");
    EXPECT_EQ(reason("CREATE TRIGGER t AFTER INSERT ON a BEGIN DELETE FROM `_skep_kv`; END", kWithDdl), "sql_refused");
}

TEST(SqlRules, temporary_and_virtual_tables_are_refused_even_where_definitions_are_granted) {
    EXPECT_EQ(reason("CREATE TEMP TABLE t (a)", kWithDdl), "sql_refused");
    EXPECT_EQ(reason("CREATE TEMPORARY VIEW v AS SELECT 1", kWithDdl), "sql_refused");
    EXPECT_EQ(reason("CREATE VIRTUAL TABLE t USING fts5(a)", kWithDdl), "sql_refused");
}

TEST(SqlRules, a_nul_is_refused) {
    EXPECT_EQ(judged(std::string_view("SELECT 1\0; DROP TABLE t", 23)),
              "sql_refused: the statement holds a NUL: give such values as parameters");
}

TEST(SqlRules, a_statement_that_is_too_long_is_refused) {
    EXPECT_EQ(judged("SELECT 1", {.statement_bytes = 7}),
              "sql_refused: the statement has 8 bytes, at most 7 are allowed");
}

TEST(SqlRules, a_text_without_a_statement_is_invalid) {
    EXPECT_EQ(judged(" -- nothing"), "sql_invalid: the text holds no statement");
    EXPECT_EQ(reason(";"), "sql_invalid");
}

TEST(SqlRules, a_text_that_is_not_utf8_is_invalid) {
    EXPECT_EQ(reason("SELECT '\xFF'"), "sql_invalid");
}

TEST(SqlRules, a_tail_of_spaces_comments_and_semicolons_is_nothing) {
    EXPECT_TRUE(check_tail(" ; -- x\n ; /* y */ "));
}

TEST(SqlRules, a_second_statement_is_refused) {
    EXPECT_EQ(check_tail("; SELECT 2").error().to_string(),
              "sql_refused: the text holds a second statement: run one statement a call");
}

}  // namespace
}  // namespace skep::store
