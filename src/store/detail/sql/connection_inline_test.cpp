// What may run on an io thread, and how large a store may grow.
#include "store/detail/sql/connection.hpp"
#include "store/testing/sql_fixture.hpp"

namespace skep::store {
namespace {

using namespace std::chrono_literals;

class InlineTest : public SqlFixture {
protected:
    InlineTest() { run("CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT)").value(); }

    void run_times(int times, std::string_view sql, std::initializer_list<Value> values) {
        for (int i = 0; i < times; ++i)
            run(sql, values).value();
    }
    bool may_run_inline(Connection& connection, std::string_view sql, std::string_view values) {
        return connection.may_run_inline(*connection.prepare(sql).value(), values);
    }

    static constexpr const char* kInsert = "INSERT INTO users (name) VALUES (?)";
};

TEST_F(InlineTest, a_statement_may_once_it_has_run_eight_times) {
    run_times(7, kInsert, {"Ann"});
    EXPECT_FALSE(may_run_inline(*writer_, kInsert, params({"Ann"})));

    run_times(1, kInsert, {"Ann"});

    EXPECT_TRUE(may_run_inline(*writer_, kInsert, params({"Ann"})));
}

TEST_F(InlineTest, not_with_large_values) {
    run_times(8, kInsert, {"Ann"});

    EXPECT_FALSE(may_run_inline(*writer_, kInsert, params({std::string(64 << 10, 'x')})));
}

TEST_F(InlineTest, not_where_the_plan_is_not_bounded) {
    run_times(8, "SELECT * FROM users WHERE name = ?", {"Ann"});

    EXPECT_FALSE(may_run_inline(*writer_, "SELECT * FROM users WHERE name = ?", params({"Ann"})));
}

TEST_F(InlineTest, what_one_connection_learned_holds_for_all_of_a_store) {
    run_times(8, "SELECT name FROM users WHERE id = ?", {std::int64_t{1}});
    const auto reader = connect(Role::reader).value();

    EXPECT_TRUE(may_run_inline(*reader, "SELECT name FROM users WHERE id = ?", params({std::int64_t{1}})));
}

TEST_F(InlineTest, a_change_of_the_schema_forgets_it) {
    run_times(8, kInsert, {"Ann"});

    run("CREATE TABLE other (a)").value();

    EXPECT_FALSE(may_run_inline(*writer_, kInsert, params({"Ann"})));
}

TEST_F(InlineTest, a_change_of_the_schema_by_the_platform_forgets_it_when_told) {
    run_times(8, kInsert, {"Ann"});

    writer_->schema_changed();

    EXPECT_FALSE(may_run_inline(*writer_, kInsert, params({"Ann"})));
}

TEST_F(InlineTest, a_change_that_nobody_told_of_is_seen_by_the_next_run) {
    run_times(8, kInsert, {"Ann"});
    writer_->execute("CREATE TABLE other (a)").value();

    const auto result = run_on(*writer_, kInsert, params({"Ann"}), bounds(true));

    EXPECT_TRUE(result);
    EXPECT_FALSE(may_run_inline(*writer_, kInsert, params({"Ann"})));
}

TEST_F(InlineTest, a_change_that_was_told_of_is_not_counted_again_by_each_statement) {
    run("SELECT count(*) FROM users").value();
    run("CREATE TABLE other (a)").value();
    run_times(8, kInsert, {"Ann"});

    run("SELECT count(*) FROM users").value();

    EXPECT_TRUE(may_run_inline(*writer_, kInsert, params({"Ann"})));
}

TEST_F(InlineTest, a_statement_that_failed_counts_as_run) {
    run("INSERT INTO users VALUES (1, 'Ann')").value();
    EXPECT_EQ(reason("INSERT INTO users VALUES (?, 'Ann')", {std::int64_t{1}}), "constraint");
    run_times(7, "REPLACE INTO users VALUES (?, 'Ann')", {std::int64_t{1}});

    EXPECT_FALSE(may_run_inline(*writer_, "REPLACE INTO users VALUES (?, 'Ann')", params({std::int64_t{1}})));
}

TEST_F(InlineTest, a_read_of_a_large_value_is_left_to_other_threads) {
    run("INSERT INTO users VALUES (1, ?)", {std::string(100'000, 'x')}).value();
    constexpr const char* kRead = "SELECT name FROM users WHERE id = ?";
    run_times(8, kRead, {std::int64_t{1}});

    const auto result = run_on(*writer_, kRead, params({std::int64_t{1}}), bounds(true));

    EXPECT_EQ(result.error().name(), "too_slow_inline");
    EXPECT_FALSE(may_run_inline(*writer_, kRead, params({std::int64_t{1}})));
    EXPECT_EQ(rows("SELECT length(name) FROM users WHERE id = ?", {std::int64_t{1}}), "100000");
}

TEST_F(InlineTest, a_slow_run_after_many_short_ones_costs_a_few_on_other_threads) {
    run("INSERT INTO users VALUES (1, ?), (2, 'Bob')", {std::string(100'000, 'x')}).value();
    constexpr const char* kRead = "SELECT name FROM users WHERE id = ?";
    run_times(8, kRead, {std::int64_t{2}});
    for (int i = 0; i < 200; ++i)
        run_on(*writer_, kRead, params({std::int64_t{2}}), bounds(true)).value();

    EXPECT_FALSE(run_on(*writer_, kRead, params({std::int64_t{1}}), bounds(true)));

    run_times(7, kRead, {std::int64_t{2}});
    EXPECT_FALSE(may_run_inline(*writer_, kRead, params({std::int64_t{2}})));
    run_times(1, kRead, {std::int64_t{2}});
    EXPECT_TRUE(may_run_inline(*writer_, kRead, params({std::int64_t{2}})));
}

TEST_F(InlineTest, a_write_that_meets_a_large_value_has_left_nothing_and_can_be_repeated) {
    run("CREATE TABLE log (a)").value();
    run("INSERT INTO users VALUES (1, ?)", {std::string(60'000, 'x')}).value();
    run("CREATE TRIGGER copy AFTER UPDATE ON users BEGIN INSERT INTO log VALUES (new.name || new.name); END").value();
    writer_->execute("BEGIN IMMEDIATE").value();
    constexpr const char* kWrite = "UPDATE users SET id = id + 1 WHERE id = 1";

    const auto result = run_on(*writer_, kWrite, params({}), bounds(true));

    EXPECT_EQ(result.error().name(), "too_slow_inline");
    EXPECT_TRUE(writer_->has_transaction());
    EXPECT_EQ(rows("SELECT id FROM users"), "1");
    EXPECT_EQ(run(kWrite).value().changes, 1);
    EXPECT_EQ(rows("SELECT length(a) FROM log"), "120000");
}

class QuotaTest : public SqlFixture {
protected:
    QuotaTest() : SqlFixture(SqlLimits{.quota_bytes = 3 << 20, .ddl = true}) {
        run("CREATE TABLE notes (id INTEGER PRIMARY KEY, text)").value();
    }

    // Inserts until it fails; the reason, and how many fitted.
    std::pair<std::string, int> fill(const std::string& text) {
        for (int count = 0;; ++count) {
            if (const auto result = run("INSERT INTO notes (text) VALUES (?)", {text}); !result)
                return {std::string(result.error().name()), count};
        }
    }
};

TEST_F(QuotaTest, the_statement_that_would_exceed_it_is_refused_and_the_batch_stands) {
    writer_->execute("BEGIN IMMEDIATE").value();

    const auto [why, count] = fill(std::string(50'000, 'x'));

    EXPECT_EQ(why, "quota_exceeded");
    EXPECT_GT(count, 35);
    EXPECT_LT(count, 42);  // 2 MiB: the quota without what the platform keeps
    EXPECT_TRUE(writer_->has_transaction());
}

TEST_F(QuotaTest, one_large_value_is_refused_before_it_is_written) {
    EXPECT_EQ(reason("INSERT INTO notes (text) VALUES (?)", {std::string(2'500'000, 'x')}), "quota_exceeded");
}

TEST_F(QuotaTest, an_update_and_an_index_are_refused_too) {
    fill(std::string(50'000, 'x'));
    fill(std::string(1'000, 'x'));
    fill("x");

    EXPECT_EQ(reason("UPDATE notes SET text = ? WHERE id = 1", {std::string(50'000, 'y')}), "quota_exceeded");
    EXPECT_EQ(reason("CREATE INDEX by_text ON notes (text)"), "quota_exceeded");
}

TEST_F(QuotaTest, deletes_always_work_and_make_room) {
    fill(std::string(50'000, 'x'));

    EXPECT_EQ(reason("DELETE FROM notes WHERE id < 20"), "none");

    EXPECT_EQ(reason("INSERT INTO notes (text) VALUES (?)", {std::string(50'000, 'x')}), "none");
}

TEST_F(QuotaTest, a_statement_that_grows_more_than_its_values_meets_the_bound_behind_it) {
    EXPECT_EQ(
        reason("INSERT INTO notes (text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 100) "
               "SELECT zeroblob(100000) FROM n"),
        "quota_exceeded");
}

}  // namespace
}  // namespace skep::store
