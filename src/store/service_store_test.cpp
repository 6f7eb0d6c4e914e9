#include "store/service_store.hpp"

#include "async/task_group.hpp"
#include "store/detail/open_store.hpp"
#include "store/testing/fake_disk.hpp"
#include "store/testing/raw_connection.hpp"
#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

using ServiceStoreTest = StoreFixture;

TEST_F(ServiceStoreTest, what_a_handler_wrote_is_there_after_a_restart) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_EQ(end(*handler).value(), Ending::settled);

    reopen();

    EXPECT_EQ(seen(), 7);
}

TEST_F(ServiceStoreTest, an_answer_of_500_leaves_nothing) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    EXPECT_EQ(end(*handler, 500).value(), Ending::settled);

    EXPECT_EQ(seen(), 0);
}

TEST_F(ServiceStoreTest, an_answer_of_400_commits) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    EXPECT_EQ(end(*handler, 404).value(), Ending::settled);

    EXPECT_EQ(seen(), 7);
}

TEST_F(ServiceStoreTest, a_handler_that_was_cancelled_leaves_nothing_and_frees_the_turn) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    handler.reset();

    auto next = start();
    EXPECT_EQ(read(*next).value(), 0);
}

TEST_F(ServiceStoreTest, a_handler_without_an_answer_leaves_nothing) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    EXPECT_EQ(loop.run(handler->end(nullptr)).value(), Ending::settled);

    EXPECT_EQ(seen(), 0);
}

TEST_F(ServiceStoreTest, a_snapshot_does_not_see_what_commits_after_its_first_statement) {
    auto reader = start(late());
    EXPECT_EQ(read(*reader).value(), 0);
    auto writer = start();
    write(*writer, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_EQ(end(*writer).value(), Ending::settled);

    EXPECT_EQ(read(*reader).value(), 0);

    EXPECT_EQ(seen(), 7);
}

TEST_F(ServiceStoreTest, a_late_write_on_a_changed_snapshot_asks_for_a_second_run) {
    auto late_writer = start(late());
    EXPECT_EQ(read(*late_writer).value(), 0);
    auto writer = start();
    write(*writer, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_EQ(end(*writer).value(), Ending::settled);

    EXPECT_EQ(write(*late_writer, "UPDATE t SET n = 1 WHERE id = 1").error().name(), "snapshot_stale");

    EXPECT_TRUE(late_writer->stopped().is_cancelled());
    EXPECT_EQ(end(*late_writer).value(), Ending::run_again);
    EXPECT_EQ(seen(), 7);
}

TEST_F(ServiceStoreTest, a_late_write_on_an_unchanged_snapshot_is_kept) {
    auto late_writer = start(late());
    EXPECT_EQ(read(*late_writer).value(), 0);

    write(*late_writer, "UPDATE t SET n = 1 WHERE id = 1");

    EXPECT_EQ(end(*late_writer).value(), Ending::settled);
    EXPECT_EQ(seen(), 1);
}

TEST_F(ServiceStoreTest, a_late_write_sees_a_mates_change_that_is_not_flushed_yet) {
    auto late_writer = start(late());
    EXPECT_EQ(read(*late_writer).value(), 0);
    auto mate = start();
    write(*mate, "UPDATE t SET n = 7 WHERE id = 1");
    async::TaskGroup group(loop);
    group.spawn([](HandlerTransaction& handler) -> async::Task<void> {
        model::Response response;
        const auto ended = co_await handler.end(&response);
        EXPECT_TRUE(ended);
    }(*mate));
    loop.run_ready();

    EXPECT_EQ(write(*late_writer, "UPDATE t SET n = 1 WHERE id = 1").error().name(), "snapshot_stale");
}

TEST_F(ServiceStoreTest, two_handlers_of_one_batch_share_one_flush) {
    const auto before = store->counters().batches.load();
    const std::uint64_t batches_before = store->counters().batches;
    const std::uint64_t handlers_before = store->counters().batch_handlers;
    auto first = start();
    write(*first, "INSERT INTO t VALUES (2, 0)");
    async::TaskGroup group(loop);
    const auto finish = [](HandlerTransaction& handler) -> async::Task<void> {
        model::Response response;
        const auto ended = co_await handler.end(&response);
        EXPECT_EQ(ended.value(), Ending::settled);
    };
    group.spawn(finish(*first));
    auto second = start();
    group.spawn([](HandlerTransaction& handler, auto end) -> async::Task<void> {
        const auto written = co_await handler.execute("INSERT INTO t VALUES (3, 0)", "");
        EXPECT_TRUE(written);
        co_await end(handler);
    }(*second, finish));

    loop.run(group.join());

    EXPECT_EQ(store->counters().batches.load() - before, 1U);
    EXPECT_EQ(store->counters().batches - batches_before, 1U);
    EXPECT_EQ(store->counters().batch_handlers - handlers_before, 2U);
    EXPECT_EQ(store->counters().flushes, store->counters().batches);
    EXPECT_EQ(seen("SELECT count(*) FROM t"), 3);
}

TEST_F(ServiceStoreTest, a_call_after_a_write_is_refused_by_name) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    EXPECT_EQ(loop.run(handler->step_out(Wait::call)).error().name(), "call_inside_transaction");
    EXPECT_EQ(loop.run(handler->step_out(Wait::timer)).error().name(), "wait_inside_transaction");
}

TEST_F(ServiceStoreTest, a_call_after_a_read_gives_the_turn_back) {
    auto caller = start();
    EXPECT_EQ(read(*caller).value(), 0);

    ASSERT_TRUE(loop.run(caller->step_out(Wait::call)));

    auto other = start();
    write(*other, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_EQ(end(*other).value(), Ending::settled);
    EXPECT_EQ(read(*caller).value(), 7);
}

TEST_F(ServiceStoreTest, a_handler_that_holds_the_turn_too_long_is_rolled_back_and_stopped) {
    auto slow = start();
    write(*slow, "UPDATE t SET n = 7 WHERE id = 1");

    loop.advance(std::chrono::milliseconds(101));

    EXPECT_TRUE(slow->stopped().is_cancelled());
    EXPECT_EQ(end(*slow).error().name(), "transaction_timeout");
    EXPECT_EQ(seen(), 0);
}

TEST_F(ServiceStoreTest, one_that_held_it_too_long_before_the_loop_could_tell_is_rolled_back_at_its_next_statement) {
    constexpr const char* kShort = "UPDATE t SET n = 0 WHERE id = 1";
    for (int i = 0; i < 10; ++i) {
        auto handler = start();
        write(*handler, kShort);
        ASSERT_EQ(end(*handler).value(), Ending::settled);
    }
    auto slow = start();
    write(*slow, "UPDATE t SET n = 7 WHERE id = 1");

    loop.clock().advance(std::chrono::milliseconds(101));

    EXPECT_EQ(write(*slow, kShort).error().name(), "transaction_timeout");
    EXPECT_EQ(end(*slow).error().name(), "transaction_timeout");
    EXPECT_EQ(seen(), 0);
}

TEST_F(ServiceStoreTest, one_that_held_it_too_long_before_the_loop_could_tell_is_rolled_back_at_its_end) {
    auto slow = start();
    write(*slow, "UPDATE t SET n = 7 WHERE id = 1");

    loop.clock().advance(std::chrono::milliseconds(101));

    EXPECT_EQ(end(*slow).error().name(), "transaction_timeout");
    EXPECT_EQ(seen(), 0);
}

TEST_F(ServiceStoreTest, an_outcome_that_is_there_counts_though_the_patience_for_it_is_over) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");
    auto ending = end_later(*handler);
    loop.run_ready();
    ASSERT_TRUE(flushes.run_one());

    loop.clock().advance(std::chrono::seconds(6));
    loop.run_ready();

    ASSERT_TRUE(ending.is_done());
    EXPECT_EQ(ending.result().value(), Ending::settled);
}

TEST_F(ServiceStoreTest, a_query_of_a_statement_without_columns_gives_no_rows_and_does_its_work) {
    auto handler = start();

    const Bytes rows = loop.run(handler->query("UPDATE t SET n = 7 WHERE id = 1", {})).value();

    const RowReader reader = RowReader::rows(rows.view()).value();
    EXPECT_EQ(reader.count(), 0U);
    EXPECT_TRUE(reader.at_end());
    EXPECT_EQ(end(*handler).value(), Ending::settled);
    EXPECT_EQ(seen(), 7);
}

TEST_F(ServiceStoreTest, rows_that_cannot_be_brought_into_their_form_fail_the_statement_and_undo_it) {
    auto handler = start();
    const RowForm refused = [](std::string_view) -> Result<std::string> { return fail("result_too_large", "no"); };

    const auto result = loop.run(handler->query("UPDATE t SET n = 7 WHERE id = 1 RETURNING n", {}, refused));

    EXPECT_EQ(result.error().name(), "result_too_large");
    EXPECT_EQ(end(*handler).value(), Ending::settled);
    EXPECT_EQ(seen(), 0);
}

TEST_F(ServiceStoreTest, one_that_waits_for_the_turn_gets_it_when_the_holder_is_done) {
    auto holder = start();
    write(*holder, "UPDATE t SET n = n + 1 WHERE id = 1");
    auto waiting = start();
    async::TaskGroup group(loop);
    group.spawn([](HandlerTransaction& handler) -> async::Task<void> {
        const auto written = co_await handler.execute("UPDATE t SET n = n + 1 WHERE id = 1", "");
        EXPECT_TRUE(written);
        model::Response response;
        const auto ended = co_await handler.end(&response);
        EXPECT_EQ(ended.value(), Ending::settled);
    }(*waiting));
    loop.run_ready();

    ASSERT_EQ(end(*holder).value(), Ending::settled);
    loop.run(group.join());

    EXPECT_EQ(seen(), 2);
}

TEST_F(ServiceStoreTest, a_violated_deferred_key_fails_its_handler_alone) {
    auto setup = start();
    write(*setup, "CREATE TABLE child (t_id INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)");
    ASSERT_EQ(end(*setup).value(), Ending::settled);
    auto orphan = start();
    write(*orphan, "INSERT INTO child VALUES (99)");

    EXPECT_EQ(end(*orphan).error().name(), "constraint");

    EXPECT_EQ(seen("SELECT count(*) FROM child"), 0);
}

TEST_F(ServiceStoreTest, keys_are_in_the_same_transaction_as_rows) {
    auto handler = start();
    ASSERT_TRUE(loop.run(handler->kv_set("a", "1")));
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_EQ(end(*handler, 500).value(), Ending::settled);

    auto next = start();

    EXPECT_FALSE(loop.run(next->kv_get("a")).value());
}

TEST_F(ServiceStoreTest, keys_are_listed_by_prefix_in_order) {
    auto handler = start();
    ASSERT_TRUE(loop.run(handler->kv_set("b:2", "")));
    ASSERT_TRUE(loop.run(handler->kv_set("a:1", "")));
    ASSERT_TRUE(loop.run(handler->kv_set("b:1", "")));
    ASSERT_TRUE(loop.run(handler->kv_set("c", "")));

    const auto keys = loop.run(handler->kv_list("b:", "", 0)).value();

    EXPECT_EQ(keys, (std::vector<std::string>{"b:1", "b:2"}));
    EXPECT_EQ(loop.run(handler->kv_list("b:", "b:1", 0)).value(), std::vector<std::string>{"b:2"});
    EXPECT_EQ(loop.run(handler->kv_list("b:", "a", 1)).value(), std::vector<std::string>{"b:1"});
    EXPECT_EQ(loop.run(handler->kv_list("b:", "c", 0)).value(), std::vector<std::string>{});
}

TEST_F(ServiceStoreTest, a_deleted_key_is_gone) {
    auto handler = start();
    ASSERT_TRUE(loop.run(handler->kv_set("a", "1")));

    EXPECT_TRUE(loop.run(handler->kv_delete("a")).value());

    EXPECT_FALSE(loop.run(handler->kv_get("a")).value());
    EXPECT_FALSE(loop.run(handler->kv_delete("a")).value());
}

TEST_F(ServiceStoreTest, keys_stay_below_the_quota_and_cost_no_mate_its_write) {
    settings.limits.quota_bytes = 4 << 20;
    reopen();
    auto mate = start();
    ASSERT_TRUE(write(*mate, "UPDATE t SET n = 7"));
    auto handler = start();
    auto filling = later(handler->kv_set("0", std::string(1 << 20, 'x')));
    run_statements();
    auto mate_ends = end_later(*mate);
    ASSERT_TRUE(wait_for(filling));
    Result<> kept;
    for (int key = 1; kept && key < 10; ++key)
        kept = loop.run(handler->kv_set(std::to_string(key), std::string(1 << 20, 'x')));

    EXPECT_EQ(kept.error().name(), "quota_exceeded");

    EXPECT_TRUE(loop.run(handler->kv_delete("0")).value());
    EXPECT_EQ(end(*handler).value(), Ending::settled);
    EXPECT_EQ(wait_for(mate_ends).value(), Ending::settled);
    EXPECT_EQ(seen(), 7);
}

TEST_F(ServiceStoreTest, an_early_commit_stays_when_the_handler_fails_later) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_TRUE(loop.run(handler->commit()));
    write(*handler, "UPDATE t SET n = 8 WHERE id = 1");

    EXPECT_EQ(end(*handler, 500).value(), Ending::settled);

    EXPECT_EQ(seen(), 7);
}

TEST_F(ServiceStoreTest, a_rollback_undoes_what_was_done_so_far) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_TRUE(loop.run(handler->rollback()));

    EXPECT_EQ(end(*handler).value(), Ending::settled);

    EXPECT_EQ(seen(), 0);
}

TEST_F(ServiceStoreTest, a_write_after_the_reply_began_is_refused_by_name) {
    auto handler = start();
    EXPECT_EQ(read(*handler).value(), 0);
    ASSERT_TRUE(loop.run(handler->leave_streaming()));

    EXPECT_EQ(write(*handler, "UPDATE t SET n = 7 WHERE id = 1").error().name(), "write_after_reply");
    EXPECT_EQ(read(*handler).value(), 0);
}

TEST_F(ServiceStoreTest, a_reply_that_begins_after_a_write_is_refused_by_name) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    EXPECT_EQ(loop.run(handler->leave_streaming()).error().name(), "reply_inside_transaction");

    EXPECT_EQ(end(*handler).error().name(), "reply_inside_transaction");
    EXPECT_EQ(seen(), 0);
}

class ServiceStoreOnFakeDisk : public StoreFixture {
protected:
    ServiceStoreOnFakeDisk() {
        store.reset();
        disk = std::make_unique<FakeDisk>();
        reopen();
    }

    FakeDisk& fake() { return static_cast<FakeDisk&>(*disk); }
    StoreFiles& files() { return store->pin_blocking().value()->files(); }

    void settle(std::string sql) {
        auto handler = start();
        write(*handler, std::move(sql));
        EXPECT_EQ(end(*handler).value(), Ending::settled);
    }

    void let_recover() {
        while (flushes.run_one()) {
        }
    }

    // Reads a damaged page while the next batch is being flushed.
    void find_damage_in_next_flush(const char* sql) {
        fake().before_each_change([this, sql, &files = files()] {
            fake().before_each_change(nullptr);
            RawConnection(files).ask(sql);
        });
    }
};

TEST_F(ServiceStoreOnFakeDisk, a_batch_that_was_flushed_is_not_called_rolled_back_for_damage_found_meanwhile) {
    settle("CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER)");
    settle("CREATE TABLE pad AS SELECT zeroblob(40000) AS bytes");
    RawConnection(files()).run("PRAGMA wal_checkpoint(TRUNCATE)");
    settle("INSERT INTO t VALUES (1, 1)");
    const auto main = folder / "store.db";
    fake().flip_bit(main, fake().size_of(main) - 100, 0);
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7");
    find_damage_in_next_flush("SELECT sum(length(hex(bytes))) FROM pad");

    EXPECT_EQ(end(*handler).value(), Ending::settled);

    EXPECT_EQ(store->trouble().value().name(), "store_damaged");
    let_recover();
    reopen();
    EXPECT_EQ(seen(), 7);
}

}  // namespace
}  // namespace skep::store
