// The turn: who waits for whom, for how long, and what shares a flush.
#include "store/service_store.hpp"
#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

constexpr const char* kAddOne = "UPDATE t SET n = n + 1 WHERE id = 1";

class HandlerTurns : public StoreFixture {
protected:
    // The store anew, with `settings` changed.
    template <typename Change>
    void with(Change change) {
        change(settings);
        reopen();
        EXPECT_EQ(seen(), 0);
    }

    // One that stands in the queue to add one; cancelled with it.
    struct Waiting {
        std::unique_ptr<HandlerTransaction> handler;
        Later<Executed> writing;
    };
    Waiting queue_up() {
        auto handler = start();
        auto writing = write_later(*handler, kAddOne);
        run_statements();
        return {std::move(handler), std::move(writing)};
    }

    // Whether `next`, which waits for the turn of `holder`, gets it in the same batch.
    bool shares_batch(HandlerTransaction& holder, HandlerTransaction& next) {
        auto writing = write_later(next, kAddOne);
        run_statements();
        auto ending = end_later(holder);
        run_statements();
        const bool shares = writing.is_done();
        EXPECT_TRUE(wait_for(writing));
        EXPECT_EQ(ending.is_done(), !shares);
        return shares;
    }
};

TEST_F(HandlerTurns, a_full_queue_refuses_by_name) {
    with([](StoreSettings& settings) { settings.turn_queue = 1; });
    auto holder = start();
    write(*holder, kAddOne);
    auto first = start();
    auto waiting = write_later(*first, kAddOne);
    run_statements();
    auto second = start();

    EXPECT_EQ(write(*second, kAddOne).error().name(), "turn_queue_full");

    ASSERT_EQ(end(*holder).value(), Ending::settled);
    EXPECT_TRUE(wait_for(waiting));
}

TEST_F(HandlerTurns, a_wait_for_the_turn_ends_at_the_deadline_and_leaves_the_queue) {
    HandlerOptions patient = options();
    patient.transaction_timeout = std::chrono::seconds(60);
    auto holder = start(patient);
    write(*holder, kAddOne);
    auto handler = start();
    auto waiting = write_later(*handler, kAddOne);
    run_statements();

    loop.advance(std::chrono::seconds(16));

    ASSERT_TRUE(waiting.is_done());
    EXPECT_EQ(waiting.result().error().name(), "request_deadline_exceeded");
    ASSERT_EQ(end(*holder).value(), Ending::settled);
    EXPECT_EQ(seen(), 1);
}

TEST_F(HandlerTurns, one_that_is_cancelled_while_it_waits_is_passed_over) {
    auto holder = start();
    write(*holder, kAddOne);
    std::optional<Waiting> gone = queue_up();
    Waiting last = queue_up();

    gone.reset();
    auto ending = end_later(*holder);

    ASSERT_TRUE(wait_for(last.writing));
    ASSERT_EQ(end(*last.handler).value(), Ending::settled);
    EXPECT_EQ(wait_for(ending).value(), Ending::settled);
    EXPECT_EQ(seen(), 2);
}

TEST_F(HandlerTurns, one_that_is_cancelled_with_the_turn_just_granted_passes_it_on) {
    auto holder = start();
    write(*holder, kAddOne);
    std::optional<Waiting> gone = queue_up();
    Waiting last = queue_up();
    holder.reset();  // granted to `gone`, which has not run yet

    gone.reset();

    ASSERT_TRUE(wait_for(last.writing));
    ASSERT_EQ(end(*last.handler).value(), Ending::settled);
    EXPECT_EQ(seen(), 1);
}

TEST_F(HandlerTurns, one_that_is_cancelled_while_its_write_runs_leaves_nothing) {
    auto gone = start();
    std::optional<Later<Executed>> cut_off = write_later(*gone, "UPDATE t SET n = 7");
    loop.run_ready();
    ASSERT_EQ(statements.size(), 1U);
    cut_off.reset();
    gone.reset();

    auto next = start();

    EXPECT_EQ(read(*next).value(), 0);
    EXPECT_TRUE(write(*next, kAddOne));
    EXPECT_EQ(end(*next).value(), Ending::settled);
    EXPECT_EQ(seen(), 1);
}

TEST_F(HandlerTurns, a_handler_that_has_answered_is_flushed_although_it_is_cancelled) {
    auto handler = start();
    write(*handler, kAddOne);
    {
        auto ending = end_later(*handler);
        run_statements();
        ASSERT_FALSE(ending.is_done());
    }

    handler.reset();

    auto next = start();
    EXPECT_EQ(read(*next).value(), 1);
}

TEST_F(HandlerTurns, turns_come_in_the_order_in_which_they_were_asked_for) {
    auto holder = start();
    write(*holder, "UPDATE t SET n = 1");
    auto first = start();
    auto second = start();
    auto first_write = write_later(*first, "UPDATE t SET n = n * 10");
    run_statements();
    auto second_write = write_later(*second, "UPDATE t SET n = n + 2");
    run_statements();
    auto end_holder = end_later(*holder);
    run_statements();
    ASSERT_TRUE(first_write.is_done());
    ASSERT_FALSE(second_write.is_done());

    auto end_first = end_later(*first);
    ASSERT_TRUE(wait_for(second_write));
    ASSERT_EQ(end(*second).value(), Ending::settled);

    EXPECT_EQ(wait_for(end_first).value(), Ending::settled);
    EXPECT_EQ(wait_for(end_holder).value(), Ending::settled);
    EXPECT_EQ(seen(), 12);
}

// A handler that has read what the one before it wrote into their batch, which is not flushed.
class MateThatReads : public HandlerTurns {
protected:
    MateThatReads() {
        write(*holder_, kAddOne);
        auto reading = later(reader_->query("SELECT n FROM t", {}));
        run_statements();
        end_holder_.emplace(end_later(*holder_));
        run_statements();
        EXPECT_TRUE(reading.is_done());
    }

    std::unique_ptr<HandlerTransaction> holder_ = start();
    std::unique_ptr<HandlerTransaction> reader_ = start();
    std::optional<Later<Ending>> end_holder_;
};

TEST_F(MateThatReads, a_reply_leaves_after_the_flush_also_where_its_handler_only_read) {
    auto end_reader = end_later(*reader_);
    run_statements();

    EXPECT_FALSE(end_reader.is_done());
    EXPECT_EQ(wait_for(end_reader).value(), Ending::settled);
    EXPECT_TRUE(end_holder_->is_done());
}

TEST_F(MateThatReads, a_reply_of_500_waits_for_the_mates_it_may_have_seen) {
    auto end_reader = end_later(*reader_, 500);
    run_statements();

    EXPECT_FALSE(end_reader.is_done());
    EXPECT_EQ(wait_for(end_reader).value(), Ending::settled);
}

TEST_F(MateThatReads, a_call_leaves_after_the_flush_of_what_its_handler_may_have_seen) {
    auto call = later(reader_->step_out(Wait::call));
    run_statements();

    EXPECT_FALSE(call.is_done());
    EXPECT_TRUE(wait_for(call));
}

TEST_F(HandlerTurns, handlers_that_only_read_flush_nothing) {
    const auto before = store->counters().batches.load();
    auto handler = start();
    EXPECT_EQ(read(*handler).value(), 0);

    EXPECT_EQ(end(*handler).value(), Ending::settled);

    EXPECT_EQ(store->counters().batches.load(), before);
}

TEST_F(HandlerTurns, a_batch_that_is_old_lets_nobody_in) {
    const auto before = store->counters().batches.load();
    auto first = start();
    write(*first, kAddOne);
    Waiting second = queue_up();
    Waiting third = queue_up();
    auto end_first = end_later(*first);
    run_statements();
    ASSERT_TRUE(second.writing.is_done());
    loop.advance(std::chrono::milliseconds(2));

    auto end_second = end_later(*second.handler);
    run_statements();

    EXPECT_FALSE(third.writing.is_done());
    ASSERT_TRUE(wait_for(third.writing));
    EXPECT_TRUE(end_second.is_done());
    EXPECT_EQ(store->counters().batches.load(), before + 1);
    ASSERT_EQ(end(*third.handler).value(), Ending::settled);
    EXPECT_EQ(store->counters().batches.load(), before + 2);
}

TEST_F(HandlerTurns, a_batch_is_open_for_longer_where_the_flush_before_it_was_slow) {
    auto slow = start();
    write(*slow, kAddOne);
    auto end_slow = end_later(*slow);
    run_statements();
    loop.advance(std::chrono::milliseconds(3));
    ASSERT_EQ(wait_for(end_slow).value(), Ending::settled);
    auto first = start();
    write(*first, kAddOne);
    Waiting second = queue_up();
    Waiting third = queue_up();
    auto end_first = end_later(*first);
    run_statements();
    loop.advance(std::chrono::milliseconds(11));

    auto end_second = end_later(*second.handler);
    run_statements();

    EXPECT_TRUE(third.writing.is_done());
}

TEST_F(HandlerTurns, whoever_waits_gets_the_turn_in_the_same_batch) {
    auto first = start();
    write(*first, kAddOne);
    auto second = start();

    EXPECT_TRUE(shares_batch(*first, *second));
}

TEST_F(HandlerTurns, a_batch_that_is_full_lets_nobody_in) {
    with([](StoreSettings& settings) { settings.batch_handlers = 1; });
    auto first = start();
    write(*first, kAddOne);
    auto second = start();

    EXPECT_FALSE(shares_batch(*first, *second));
}

TEST_F(HandlerTurns, a_handler_alone_lets_nobody_into_its_batch) {
    HandlerOptions alone = options();
    alone.batch_alone = true;
    auto first = start(alone);
    write(*first, kAddOne);
    auto second = start();

    EXPECT_FALSE(shares_batch(*first, *second));
}

TEST_F(HandlerTurns, a_handler_alone_joins_no_batch) {
    HandlerOptions alone = options();
    alone.batch_alone = true;
    auto first = start();
    write(*first, kAddOne);
    auto second = start(alone);

    EXPECT_FALSE(shares_batch(*first, *second));

    ASSERT_EQ(end(*second).value(), Ending::settled);
    EXPECT_EQ(seen(), 2);
}

TEST_F(HandlerTurns, a_rollback_in_the_middle_lets_others_write_and_reads_what_they_wrote) {
    auto handler = start();
    write(*handler, "UPDATE t SET n = 7");
    ASSERT_TRUE(loop.run(handler->rollback()));
    auto other = start();
    write(*other, kAddOne);
    ASSERT_EQ(end(*other).value(), Ending::settled);

    EXPECT_EQ(read(*handler).value(), 1);
}

TEST_F(HandlerTurns, a_wait_after_begin_is_refused_by_name) {
    auto handler = start();
    ASSERT_TRUE(loop.run(handler->begin()));

    EXPECT_EQ(loop.run(handler->step_out(Wait::call)).error().name(), "call_inside_transaction");
    EXPECT_EQ(handler->may_wait(Wait::timer).error().name(), "wait_inside_transaction");
}

TEST_F(HandlerTurns, a_slow_read_with_the_turn_ends_at_the_transactions_timeout) {
    auto slow = start();
    EXPECT_EQ(read(*slow).value(), 0);
    auto reading = later(slow->query("SELECT max(n) FROM t", {}));
    loop.run_ready();
    ASSERT_EQ(statements.size(), 1U);

    loop.advance(std::chrono::milliseconds(101));
    run_statements();

    ASSERT_TRUE(reading.is_done());
    EXPECT_EQ(reading.result().error().name(), "transaction_timeout");
    EXPECT_EQ(end(*slow).error().name(), "transaction_timeout");
    EXPECT_EQ(seen(), 0);
}

TEST_F(HandlerTurns, what_a_failed_statement_left_is_flushed_before_the_reply) {
    auto late_writer = start(late());
    EXPECT_EQ(read(*late_writer).value(), 0);
    auto setup_seen = store->counters().batches.load();
    auto handler = start();
    EXPECT_EQ(write(*handler, "INSERT OR FAIL INTO t VALUES (2, 5), (1, 5)").error().name(), "constraint");
    auto ending = end_later(*handler);
    run_statements();
    EXPECT_FALSE(ending.is_done());

    EXPECT_EQ(wait_for(ending).value(), Ending::settled);

    EXPECT_EQ(store->counters().batches.load(), setup_seen + 1);
    EXPECT_EQ(write(*late_writer, kAddOne).error().name(), "snapshot_stale");
    crash();
    EXPECT_EQ(seen("SELECT n FROM t WHERE id = 2"), 5);
}

}  // namespace
}  // namespace skep::store
