// Where statements run: on the io thread what is known to be short, all others on a pool.
#include "store/detail/open_store.hpp"
#include "store/testing/fake_disk.hpp"
#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

using namespace std::chrono_literals;

class StatementPlace : public StoreFixture {
protected:
    // What `operation` gives, and how many of its statements went to the pool.
    template <typename T>
    std::uint64_t pooled(async::Task<T> operation) {
        const std::uint64_t before = store->counters().pool_statements;
        EXPECT_TRUE(loop.run(std::move(operation)));
        return store->counters().pool_statements - before;
    }

    const std::string large_ = std::string(100'000, 'x');
};

TEST_F(StatementPlace, small_values_of_keys_are_read_and_written_on_the_io_thread) {
    auto handler = start();

    EXPECT_EQ(pooled(handler->kv_set("a", "1")), 0U);
    EXPECT_EQ(pooled(handler->kv_get("a")), 0U);
    EXPECT_EQ(pooled(handler->kv_delete("a")), 0U);
}

TEST_F(StatementPlace, large_values_of_keys_are_written_and_read_on_the_pool) {
    auto handler = start();

    EXPECT_EQ(pooled(handler->kv_set("a", large_)), 1U);
    EXPECT_EQ(pooled(handler->kv_get("a")), 1U);
    EXPECT_EQ(loop.run(handler->kv_get("a")).value()->view(), large_);
    EXPECT_EQ(end(*handler).value(), Ending::settled);
}

TEST_F(StatementPlace, keys_are_listed_on_the_pool) {
    auto handler = start();

    EXPECT_EQ(pooled(handler->kv_list("", "", 0)), 1U);
}

TEST_F(StatementPlace, a_handler_that_goes_while_its_keys_are_written_leaves_nothing) {
    auto handler = start();
    {
        const auto writing = later(handler->kv_set("a", large_));
        loop.run_ready();
        ASSERT_EQ(statements.size(), 1U);
    }

    handler.reset();
    run_statements();

    auto next = start();
    EXPECT_FALSE(loop.run(next->kv_get("a")).value());
}

// Time passes with each look at it, so that it goes by with SQLite's steps: it looks every few hundred.
class WorkingClock final : public Clock {
public:
    explicit WorkingClock(ManualClock& clock) : clock_(clock) {}
    TimePoint now() const override {
        clock_.advance(100us);
        return clock_.now();
    }
    WallTime wall_now() const override { return clock_.wall_now(); }

private:
    ManualClock& clock_;
};

class StatementTime : public StoreFixture {
protected:
    StatementTime() {
        store.reset();
        store = std::make_unique<ServiceStore>(StorePorts{store_disk(), clock_, statements, flushes}, settings);
        auto setup = start();
        write(*setup, "CREATE TABLE rows (id INTEGER PRIMARY KEY, text TEXT)");
        write(*setup,
              "INSERT INTO rows (text) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 5000) "
              "SELECT 'row ' || i FROM n");
        write(*setup, "INSERT INTO rows VALUES (0, ?)", with(std::string(200'000, 'x')));
        write(*setup, "CREATE TABLE watched (id INTEGER PRIMARY KEY)");
        write(*setup,
              "CREATE TRIGGER watch AFTER INSERT ON watched BEGIN "
              "UPDATE t SET n = (SELECT count(*) FROM rows WHERE text LIKE '%9') WHERE id = 1; END");
        EXPECT_EQ(end(*setup).value(), Ending::settled);
    }

    static std::string with(const Value& value) {
        RowWriter writer;
        writer.begin_params(1);
        writer.value(value);
        return std::move(writer).take();
    }

    // `times` runs, each by a handler of its own.
    void run(const std::string& sql, int times, const Value& value = Null()) {
        for (int i = 0; i < times; ++i) {
            auto handler = start(patient());
            const std::string params = sql.contains('?') ? with(value) : std::string();
            EXPECT_TRUE(loop.run(handler->query(sql, params))) << sql;
            EXPECT_EQ(end(*handler).value(), Ending::settled);
        }
    }

    HandlerOptions patient() {
        HandlerOptions options = this->options();
        options.transaction_timeout = 60s;
        return options;
    }

    WorkingClock clock_{loop.clock()};
};

const char* const kSlow[] = {
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 20000) SELECT max(i) FROM n",
    "SELECT instr(text, 'y') FROM rows WHERE id = 0",
    "SELECT count(*) FROM rows WHERE text LIKE '%9'",
    "SELECT id FROM rows ORDER BY text LIMIT 1",
    "SELECT text FROM rows WHERE id = 0",
    "SELECT sum(length(text)) FROM rows WHERE id BETWEEN 1 AND 4000",
    "INSERT INTO watched DEFAULT VALUES",
    "UPDATE rows SET text = text WHERE id > 3000",
};

TEST_F(StatementTime, no_run_on_the_io_thread_takes_longer_than_two_milliseconds) {
    for (const std::string sql : kSlow) {
        run(sql, 20);
        for (int i = 0; i < 10; ++i)
            run(fmt::format("{} /* {} */", sql, i), 1);
    }

    EXPECT_LE(store->counters().inline_ns_max, 2'000'000U);
}

TEST_F(StatementTime, a_write_that_was_short_until_a_table_grew_does_not_take_longer) {
    run("CREATE TABLE seen (id INTEGER)", 1);
    run("CREATE TRIGGER look AFTER UPDATE ON t BEGIN INSERT INTO watched SELECT NULL WHERE 9 < (SELECT count(*) FROM "
        "seen "
        "WHERE id > 9); END",
        1);
    run("UPDATE t SET n = n + 1 WHERE id = 1", 20);

    run("INSERT INTO seen SELECT id FROM rows", 1);
    run("UPDATE t SET n = n + 1 WHERE id = 1", 20);

    EXPECT_LE(store->counters().inline_ns_max, 2'000'000U);
}

TEST_F(StatementTime, one_text_that_is_slow_for_some_values_does_not_take_longer_either) {
    run("SELECT text FROM rows WHERE id = ?", 40, std::int64_t{7});
    const std::uint64_t inline_before = store->counters().inline_statements;
    EXPECT_GT(inline_before, 20U);

    run("SELECT text FROM rows WHERE id = ?", 40, std::int64_t{0});

    EXPECT_GT(store->counters().inline_statements, inline_before);
    EXPECT_LE(store->counters().inline_ns_max, 2'000'000U);
}

}  // namespace
}  // namespace skep::store
