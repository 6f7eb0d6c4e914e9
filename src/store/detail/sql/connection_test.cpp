#include "store/detail/sql/connection.hpp"

#include <fstream>

#include "store/testing/sql_fixture.hpp"

namespace skep::store {
namespace {

using namespace std::chrono_literals;

class ConnectionTest : public SqlFixture {
protected:
    ConnectionTest() { run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT UNIQUE, age INT)").value(); }

    // A transaction with one row of a finished neighbour in it.
    void begin_batch() {
        writer_->execute("BEGIN IMMEDIATE").value();
        run("INSERT INTO users VALUES (100, 'mate', 1)").value();
    }
};

TEST_F(ConnectionTest, an_insert_tells_its_rows_and_its_id) {
    const auto result =
        run("INSERT INTO users (name, age) VALUES (?, ?), ('Bob', 4)", {"Ann", std::int64_t{3}}).value();

    EXPECT_EQ(result.changes, 2);
    EXPECT_EQ(result.last_insert_id, 2);
    EXPECT_TRUE(result.rows.empty());
}

TEST_F(ConnectionTest, rows_come_back_in_the_row_format_with_every_type) {
    EXPECT_EQ(rows("SELECT ?1 AS a, ?2, ?3, ?4, ?5", {Null{}, std::int64_t{-7}, 0.5, "naïve", Blob{"\xFF\xFE"}}),
              "null,-7,0.50,naïve,<2 bytes>");
}

TEST_F(ConnectionTest, columns_carry_their_names) {
    const auto result = run("SELECT id, name AS who FROM users").value();

    EXPECT_EQ(RowReader::rows(result.rows.view()).value().names(), (std::vector<std::string_view>{"id", "who"}));
}

TEST_F(ConnectionTest, numbered_parameters_are_bound_by_their_number) {
    EXPECT_EQ(rows("SELECT $2, $1, $2", {"a", "b"}), "b,a,b");
}

TEST_F(ConnectionTest, question_marks_and_names_are_bound_in_their_order) {
    EXPECT_EQ(rows("SELECT ?, ?", {"a", "b"}), "a,b");
    EXPECT_EQ(rows("SELECT :x, @y, :x", {"a", "b"}), "a,b,a");
}

TEST_F(ConnectionTest, numbered_parameters_do_not_mix_with_others) {
    EXPECT_EQ(fault("SELECT $1, ?", {"a", "b"}), "sql_params: the statement mixes $1 with other kinds of parameters");
    EXPECT_EQ(reason("SELECT $1, $01", {"a"}), "sql_params");
}

TEST_F(ConnectionTest, parameter_zero_does_not_exist) {
    EXPECT_EQ(reason("SELECT $0", {"a"}), "sql_params");
    EXPECT_EQ(reason("SELECT $1000000", {"a"}), "sql_params");
}

TEST_F(ConnectionTest, too_few_and_too_many_values_are_refused) {
    EXPECT_EQ(fault("SELECT ?, ?", {"a"}), "sql_params: the statement has 2 parameters, 1 values were given");
    EXPECT_EQ(reason("SELECT ?", {"a", "b"}), "sql_params");
    EXPECT_EQ(reason("SELECT ?"), "sql_params");
}

TEST_F(ConnectionTest, values_after_the_last_one_are_refused) {
    const auto result = run_on(*writer_, "SELECT ?", std::string(params({"a"})) + "x", bounds());

    EXPECT_EQ(result.error().name(), "row_format_invalid");
}

TEST_F(ConnectionTest, a_text_that_is_not_utf8_is_refused) {
    EXPECT_EQ(fault("SELECT ?", {"\xFF"}), "sql_params: parameter 1 is a text that is not UTF-8: give it as bytes");
}

TEST_F(ConnectionTest, a_value_that_is_too_long_is_refused) {
    const std::string value((4 << 20) + (65 << 10), 'x');

    EXPECT_EQ(fault("SELECT length(?)", {value}), "sql_params: parameter 1: string or blob too big");
}

TEST_F(ConnectionTest, a_syntax_error_says_where) {
    EXPECT_EQ(fault("SELEKT 1"), "sql_invalid: cannot run the statement: near \"SELEKT\": syntax error");
}

TEST_F(ConnectionTest, an_unknown_table_and_column_are_named) {
    EXPECT_EQ(fault("SELECT * FROM nobody"), "sql_invalid: cannot run the statement: no such table: nobody");
    EXPECT_EQ(fault("SELECT wage FROM users"), "sql_invalid: cannot run the statement: no such column: wage");
}

TEST_F(ConnectionTest, text_in_double_quotes_is_no_string) {
    EXPECT_EQ(reason("SELECT \"Ann\""), "sql_invalid");
}

TEST_F(ConnectionTest, a_broken_constraint_is_named) {
    run("INSERT INTO users VALUES (1, 'Ann', 3)").value();

    EXPECT_EQ(fault("INSERT INTO users VALUES (2, 'Ann', 4)"),
              "constraint: cannot run the statement: UNIQUE constraint failed: users.name");
}

TEST_F(ConnectionTest, a_value_of_the_wrong_type_for_a_key_breaks_a_constraint) {
    EXPECT_EQ(reason("INSERT INTO users (id) VALUES ('x')"), "constraint");
}

TEST_F(ConnectionTest, a_missing_parent_is_a_broken_constraint) {
    run("CREATE TABLE notes (user REFERENCES users(id))").value();

    EXPECT_EQ(fault("INSERT INTO notes VALUES (7)"),
              "constraint: cannot run the statement: FOREIGN KEY constraint failed");
}

TEST_F(ConnectionTest, a_failed_write_leaves_nothing_and_the_transaction_stands) {
    begin_batch();

    EXPECT_EQ(reason("INSERT INTO users VALUES (1, 'Ann', 1), (2, 'mate', 2)"), "constraint");

    EXPECT_TRUE(writer_->has_transaction());
    EXPECT_EQ(rows("SELECT id FROM users"), "100");
}

TEST_F(ConnectionTest, rows_of_more_than_the_limit_are_refused) {
    limit({.result_bytes = 1'000});

    EXPECT_EQ(fault("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 1000) SELECT i FROM n"),
              "result_too_large: the rows have more than 1000 bytes");
    EXPECT_EQ(reason("SELECT zeroblob(2000)"), "result_too_large");
}

TEST_F(ConnectionTest, a_write_whose_returned_rows_are_too_many_leaves_nothing) {
    limit({.result_bytes = 100});
    begin_batch();

    EXPECT_EQ(reason("INSERT INTO users VALUES (1, hex(zeroblob(100)), 1) RETURNING name"), "result_too_large");

    EXPECT_TRUE(writer_->has_transaction());
    EXPECT_EQ(rows("SELECT id FROM users"), "100");
}

TEST_F(ConnectionTest, a_write_may_return_rows) {
    const auto result = run("INSERT INTO users (name) VALUES ('Ann') RETURNING id, name").value();

    EXPECT_EQ(shown(result.rows), "1,Ann");
    EXPECT_EQ(result.changes, 1);
}

TEST_F(ConnectionTest, a_value_made_too_large_by_the_statement_is_refused) {
    EXPECT_EQ(reason("SELECT length(zeroblob(100000000))"), "result_too_large");
}

TEST_F(ConnectionTest, a_statement_after_its_deadline_does_not_begin) {
    const auto result = run_on(*writer_, "SELECT 1", {}, {.deadline = clock_.now()});

    EXPECT_EQ(result.error().name(), "statement_timeout");
}

// A clock that goes on by 100 µs whenever it is asked.
class RunningClock final : public Clock {
public:
    TimePoint now() const override { return now_ += 100us; }
    WallTime wall_now() const override { return {}; }

private:
    mutable TimePoint now_{1h};
};

constexpr const char* kEndless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

TEST_F(ConnectionTest, a_read_ends_at_its_deadline) {
    const RunningClock clock;
    const auto reader = Connection::open_at(place(), Role::reader, limits_, history_, clock).value();

    const auto result = run_on(*reader, kEndless, {}, {.deadline = clock.now() + 5ms});

    EXPECT_EQ(result.error().to_string(), "statement_timeout: the statement ran past its deadline");
}

TEST_F(ConnectionTest, an_inline_read_ends_after_a_millisecond) {
    const RunningClock clock;
    const auto reader = Connection::open_at(place(), Role::reader, limits_, history_, clock).value();

    const auto result = run_on(*reader, kEndless, {}, {.deadline = clock.now() + 1h, .is_inline = true});

    EXPECT_EQ(result.error().name(), "too_slow_inline");
    EXPECT_LT(clock.now(), TimePoint(1h + 5ms));
}

TEST_F(ConnectionTest, a_write_that_is_ended_drops_the_transaction_and_that_is_seen) {
    const RunningClock clock;
    const std::string path = (folder_.path() / "other.db").string();
    const auto writer = Connection::open_at({.path = path}, Role::writer, limits_, history_, clock).value();
    run_on(*writer, "CREATE TABLE t (a)", {}, {.deadline = clock.now() + 1h}).value();
    writer->execute("BEGIN IMMEDIATE").value();

    const auto result = run_on(*writer,
                               "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                               "SELECT i FROM n",
                               {}, {.deadline = clock.now() + 5ms});

    EXPECT_EQ(result.error().name(), "statement_timeout");
    EXPECT_FALSE(writer->has_transaction());
}

TEST_F(ConnectionTest, an_inline_write_is_not_cut_short) {
    const RunningClock clock;
    const std::string path = (folder_.path() / "other.db").string();
    const auto writer = Connection::open_at({.path = path}, Role::writer, limits_, history_, clock).value();
    run_on(*writer, "CREATE TABLE t (a)", {}, {.deadline = clock.now() + 1h}).value();

    const auto result =
        run_on(*writer,
               "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) "
               "SELECT i FROM n",
               {}, {.deadline = clock.now() + 1h, .is_inline = true});

    EXPECT_EQ(result.value().changes, 5'000);
}

TEST_F(ConnectionTest, a_reader_sees_what_was_committed_and_cannot_write) {
    run("INSERT INTO users VALUES (1, 'Ann', 3)").value();
    const auto reader = connect(Role::reader).value();

    EXPECT_EQ(shown(run_on(*reader, "SELECT name FROM users", {}, bounds()).value().rows), "Ann");
    EXPECT_EQ(run_on(*reader, "DELETE FROM users", {}, bounds()).error().to_string(),
              "sql_refused: the statement writes where only reading is possible");
}

TEST_F(ConnectionTest, a_second_statement_is_refused) {
    EXPECT_EQ(reason("SELECT 1; DELETE FROM users"), "sql_refused");
    EXPECT_EQ(rows("SELECT 1; -- the end"), "1");
}

TEST_F(ConnectionTest, a_statement_is_prepared_once) {
    GuestStatement* first = writer_->prepare("SELECT 1").value();

    EXPECT_EQ(writer_->prepare("SELECT 1").value(), first);
    EXPECT_EQ(writer_->find_prepared("SELECT 1"), first);
    EXPECT_EQ(writer_->find_prepared("SELECT 2"), nullptr);
}

TEST_F(ConnectionTest, a_statement_knows_whether_it_writes) {
    EXPECT_FALSE(writer_->writes(*writer_->prepare("SELECT * FROM users").value()));
    EXPECT_TRUE(writer_->writes(*writer_->prepare("DELETE FROM users").value()));
    EXPECT_TRUE(writer_->writes(*writer_->prepare("INSERT INTO users (id) VALUES (1) RETURNING id").value()));
}

TEST_F(ConnectionTest, the_columns_follow_a_change_of_the_schema) {
    run("INSERT INTO users VALUES (1, 'Ann', 3)").value();
    EXPECT_EQ(rows("SELECT * FROM users"), "1,Ann,3");

    run("ALTER TABLE users ADD COLUMN city DEFAULT 'Rome'").value();

    EXPECT_EQ(rows("SELECT * FROM users"), "1,Ann,3,Rome");
}

TEST_F(ConnectionTest, a_statement_that_changes_no_row_tells_zero) {
    run("INSERT INTO users VALUES (1, 'Ann', 3)").value();

    EXPECT_EQ(run("UPDATE users SET age = 4 WHERE id = 9").value().changes, 0);
    EXPECT_EQ(run("CREATE TABLE other (a)").value().changes, 0);
}

TEST_F(ConnectionTest, the_last_id_can_be_forgotten) {
    run("INSERT INTO users VALUES (7, 'Ann', 3)").value();

    writer_->forget_last_insert_id();

    EXPECT_EQ(rows("SELECT last_insert_rowid()"), "0");
}

TEST_F(ConnectionTest, deferred_violations_are_seen_before_the_commit) {
    run("CREATE TABLE notes (user REFERENCES users(id) DEFERRABLE INITIALLY DEFERRED)").value();
    writer_->execute("BEGIN IMMEDIATE").value();
    EXPECT_FALSE(writer_->has_deferred_violations());

    run("INSERT INTO notes VALUES (7)").value();

    EXPECT_TRUE(writer_->has_deferred_violations());
}

TEST_F(ConnectionTest, platform_statements_take_parameters_and_give_rows) {
    const auto result =
        writer_->execute("SELECT value + ? FROM _skep_meta WHERE name = ?", params({std::int64_t{1}, "format"}));

    EXPECT_EQ(shown(result.value().rows), "2");
}

TEST_F(ConnectionTest, a_checkpoint_tells_what_readers_still_need) {
    const auto reader = connect(Role::reader).value();
    reader->execute("BEGIN").value();
    reader->execute("SELECT count(*) FROM users").value();
    run("INSERT INTO users VALUES (1, 'Ann', 3)").value();

    const auto held = writer_->checkpoint(Connection::CheckpointMode::passive).value();
    reader->execute("COMMIT").value();
    const auto done = writer_->checkpoint(Connection::CheckpointMode::restart).value();

    EXPECT_GT(held.left, 0);
    EXPECT_EQ(done.left, 0);
}

TEST_F(ConnectionTest, closing_leaves_the_wal_as_it_is) {
    run("INSERT INTO users VALUES (1, 'Ann', 3)").value();
    writer_.reset();

    EXPECT_GT(std::filesystem::file_size(place().path + "-wal"), 0U);
}

TEST_F(ConnectionTest, a_store_of_a_newer_version_is_refused) {
    writer_->execute("UPDATE _skep_meta SET value = 99 WHERE name = 'format'").value();
    writer_.reset();

    EXPECT_EQ(connect(Role::writer).error().name(), "store_newer");
}

TEST_F(ConnectionTest, a_database_of_another_program_is_refused) {
    writer_->execute("PRAGMA application_id = 7").value();
    writer_.reset();

    EXPECT_EQ(connect(Role::writer).error().name(), "conflict");
}

TEST_F(ConnectionTest, a_file_that_is_no_database_is_damage) {
    const std::string path = (folder_.path() / "text.db").string();
    std::ofstream(path) << "Once upon a time there was a file that was no database at all, and it was long enough";

    const auto writer = Connection::open_at({.path = path}, Role::writer, limits_, history_, clock_);

    EXPECT_EQ(writer.error().name(), "store_damaged");
}

}  // namespace
}  // namespace skep::store
