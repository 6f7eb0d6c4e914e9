// What makes SQLite, or the disk, drop a whole batch; and what its mates are told.
#include "store/service_store.hpp"
#include "store/testing/batch_fixture.hpp"

namespace skep::store {
namespace {

// More than SQLite keeps in memory.
constexpr const char* kSpill =
    "INSERT INTO b WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c WHERE i < 1000) "
    "SELECT i, zeroblob(4000) FROM c";

class BatchFaultsTest : public BatchFixture {};

TEST_F(BatchFaultsTest, a_write_cut_off_by_the_transactions_timeout_drops_the_batch) {
    share_a_batch(options());
    disk->before_each_change([this] { loop.clock().advance(std::chrono::milliseconds(200)); });
    EXPECT_EQ(write(*offender, kSpill).error().name(), "transaction_timeout");
    disk->before_each_change({});

    EXPECT_EQ(end(*offender).error().name(), "transaction_timeout");
    EXPECT_EQ(outcome_of_mate(), "run_again");
    EXPECT_EQ(store->counters().dropped_batches.load(), 1U);
    EXPECT_TRUE(store->is_kept_alone("POST /offender"));
    EXPECT_FALSE(store->is_kept_alone("POST /t"));
    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, an_offenders_route_shares_batches_again_after_a_minute) {
    store->keep_alone("POST /offender");

    loop.advance(std::chrono::seconds(59));
    EXPECT_TRUE(store->is_kept_alone("POST /offender"));
    loop.advance(std::chrono::seconds(1));

    EXPECT_FALSE(store->is_kept_alone("POST /offender"));
}

TEST_F(BatchFaultsTest, a_full_disk_drops_the_batch) {
    share_a_batch(options());
    disk->fail_change(0, "disk_full");

    EXPECT_EQ(write(*offender, kSpill).error().name(), "store_full");

    EXPECT_TRUE(offender->stopped().is_cancelled());
    EXPECT_EQ(end(*offender).error().name(), "store_full");
    offender.reset();
    EXPECT_EQ(outcome_of_mate(), "run_again");
    loop.advance(std::chrono::seconds(1));
    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, a_failed_write_drops_the_batch) {
    share_a_batch(options());
    disk->fail_change(0, "disk_failed");

    EXPECT_EQ(write(*offender, kSpill).error().name(), "disk_failed");

    EXPECT_EQ(end(*offender).error().name(), "disk_failed");
    offender.reset();
    EXPECT_EQ(outcome_of_mate(), "run_again");
    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, the_bound_on_the_stores_pages_drops_the_batch) {
    settings.limits.quota_bytes = 2 << 20;
    reopen();
    share_a_batch(options());

    EXPECT_EQ(write(*offender, "INSERT INTO b VALUES (1, zeroblob(3500000))").error().name(), "quota_exceeded");

    EXPECT_EQ(end(*offender).error().name(), "quota_exceeded");
    EXPECT_EQ(outcome_of_mate(), "run_again");
    EXPECT_TRUE(store->is_kept_alone("POST /offender"));
    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, the_bound_on_the_stores_pages_undoes_a_statement_of_many_rows_alone) {
    settings.limits.quota_bytes = 2 << 20;
    reopen();
    share_a_batch(options());

    EXPECT_EQ(write(*offender, kSpill).error().name(), "quota_exceeded");

    EXPECT_EQ(end(*offender).value(), Ending::settled);
    EXPECT_EQ(outcome_of_mate(), "settled");
    EXPECT_EQ(seen(), 11);
    EXPECT_EQ(seen("SELECT count(*) FROM b"), 0);
}

TEST_F(BatchFaultsTest, a_broken_constraint_drops_nothing) {
    share_a_batch(options());

    EXPECT_EQ(write(*offender, "INSERT INTO t VALUES (1, 1)").error().name(), "constraint");

    EXPECT_EQ(end(*offender).value(), Ending::settled);
    EXPECT_EQ(outcome_of_mate(), "settled");
    crash();
    EXPECT_EQ(seen(), 11);
}

TEST_F(BatchFaultsTest, a_deferred_foreign_key_fails_its_handler_and_no_mate) {
    share_a_batch(options());
    ASSERT_TRUE(write(*offender, "INSERT INTO child VALUES (99)"));

    EXPECT_EQ(end(*offender).error().name(), "constraint");

    EXPECT_EQ(outcome_of_mate(), "settled");
    crash();
    EXPECT_EQ(seen(), 1);
    EXPECT_EQ(seen("SELECT count(*) FROM child"), 0);
}

TEST_F(BatchFaultsTest, a_deferred_foreign_key_cannot_be_committed_early) {
    share_a_batch(options());
    ASSERT_TRUE(write(*offender, "INSERT INTO child VALUES (99)"));

    EXPECT_EQ(loop.run(offender->commit()).error().name(), "constraint");

    EXPECT_EQ(end(*offender).value(), Ending::settled);
    EXPECT_EQ(outcome_of_mate(), "settled");
    crash();
    EXPECT_EQ(seen("SELECT count(*) FROM child"), 0);
}

TEST_F(BatchFaultsTest, a_mate_that_called_somebody_is_told_that_nothing_of_it_remains) {
    mate_has_called = true;
    share_a_batch(options());
    disk->fail_change(0, "disk_failed");
    ASSERT_FALSE(write(*offender, kSpill));
    offender.reset();

    EXPECT_EQ(outcome_of_mate(), "batch_rolled_back");

    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, a_mate_in_its_second_run_is_told_that_nothing_of_it_remains) {
    HandlerOptions second = options();
    second.is_second_run = true;
    share_a_batch(second);
    disk->fail_change(0, "disk_failed");
    ASSERT_FALSE(write(*offender, kSpill));
    offender.reset();

    EXPECT_EQ(outcome_of_mate(), "batch_rolled_back");
}

TEST_F(BatchFaultsTest, a_mate_that_waits_to_call_does_not_call) {
    auto caller = start();
    auto first = start();
    write(*first, kAddOne);
    auto reading = later(caller->query("SELECT n FROM t", {}));
    run_statements();
    auto ending = end_later(*first);
    run_statements();
    auto call = later(caller->step_out(Wait::call));
    run_statements();
    ASSERT_FALSE(call.is_done());
    disk->fail_change(0, "disk_failed");

    EXPECT_EQ(wait_for(call).error().name(), "batch_rolled_back");

    EXPECT_EQ(end(*caller).value(), Ending::run_again);
    EXPECT_EQ(wait_for(ending).value(), Ending::run_again);
}

TEST_F(BatchFaultsTest, a_failed_flush_rolls_everybody_back) {
    share_a_batch(options());
    disk->fail_change(1, "disk_failed");

    EXPECT_EQ(end(*offender).value(), Ending::run_again);

    EXPECT_TRUE(disk->has_failed());
    EXPECT_EQ(outcome_of_mate(), "run_again");
    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, where_what_failed_cannot_be_cut_nobody_knows_and_the_store_stays_down) {
    share_a_batch(options());
    disk->fail_change(1, "disk_failed", FakeDisk::Fails::for_good);

    EXPECT_EQ(end(*offender).error().name(), "outcome_unknown");

    EXPECT_EQ(outcome_of_mate(), "outcome_unknown");
    auto refused = start();
    EXPECT_EQ(write(*refused, kAddOne).error().name(), "disk_failed");
    EXPECT_TRUE(store->trouble());
    refused.reset();
    disk->stop_failing();
    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, what_is_acknowledged_after_a_failed_flush_survives_a_power_cut) {
    share_a_batch(options());
    disk->fail_change(1, "disk_failed");
    EXPECT_EQ(end(*offender).value(), Ending::run_again);
    EXPECT_EQ(outcome_of_mate(), "run_again");
    run_mate_again();
    run_mate_again();

    crash();

    EXPECT_EQ(seen(), 2);
}

TEST_F(BatchFaultsTest, a_flush_of_more_than_five_seconds_is_not_waited_for) {
    auto handler = start();
    write(*handler, kAddOne);
    auto ending = end_later(*handler);
    run_statements();

    loop.advance(std::chrono::seconds(5));

    ASSERT_TRUE(ending.is_done());
    EXPECT_EQ(ending.result().error().name(), "outcome_unknown");
}

TEST_F(BatchFaultsTest, a_store_whose_disk_is_full_reads_and_refuses_writes_until_there_is_space) {
    auto handler = start();
    write(*handler, kAddOne);
    disk->fail_change(0, "disk_full");
    EXPECT_EQ(end(*handler).value(), Ending::run_again);
    handler.reset();

    EXPECT_EQ(seen(), 0);
    auto refused = start();
    EXPECT_EQ(write(*refused, kAddOne).error().name(), "store_full");

    loop.advance(std::chrono::seconds(1));
    check_only_mate_is_there();
}

TEST_F(BatchFaultsTest, those_in_the_queue_of_a_store_that_fails_are_refused_by_name) {
    share_a_batch(options());
    auto waiting = start();
    auto writing = write_later(*waiting, kAddOne);
    run_statements();
    disk->fail_change(0, "disk_failed");

    ASSERT_FALSE(write(*offender, kSpill));

    EXPECT_EQ(wait_for(writing).error().name(), "store_failed");
    waiting.reset();
    offender.reset();
    EXPECT_EQ(outcome_of_mate(), "run_again");
    check_only_mate_is_there();
}

}  // namespace
}  // namespace skep::store
