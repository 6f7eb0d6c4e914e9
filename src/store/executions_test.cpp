#include "store/testing/executions_fixture.hpp"

namespace skep::store {
namespace {

class ExecutionsTest : public ExecutionsFixture {};

TEST_F(ExecutionsTest, a_repeated_request_gets_the_recorded_reply_and_does_nothing) {
    run_once();

    auto repeated = start();
    const auto recorded = admit(*repeated).value();

    ASSERT_TRUE(recorded);
    EXPECT_EQ(recorded->status, 201);
    EXPECT_EQ(recorded->body.buffered().view(), "made");
    EXPECT_EQ(recorded->headers.get("location"), "/orders/7");
    EXPECT_EQ(recorded->headers.get("idempotency-replayed"), "true");
    EXPECT_FALSE(recorded->headers.contains("date"));
    EXPECT_EQ(store->counters().replays.load(), 1U);
    context.execution = model::NoExecution{};
    EXPECT_EQ(seen(), 1);
}

TEST_F(ExecutionsTest, a_record_is_there_after_a_power_cut) {
    run_once();

    crash();

    auto repeated = start();
    EXPECT_TRUE(admit(*repeated).value());
}

TEST_F(ExecutionsTest, a_handler_that_wrote_nothing_is_recorded_too) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    ASSERT_EQ(loop.run(answered(*handler, "nothing new")).value(), Ending::settled);

    crash();

    auto repeated = start();
    EXPECT_EQ(admit(*repeated).value()->body.buffered().view(), "nothing new");
}

TEST_F(ExecutionsTest, a_reply_of_400_is_recorded) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    ASSERT_EQ(end(*handler, 404).value(), Ending::settled);

    auto repeated = start();

    EXPECT_EQ(admit(*repeated).value()->status, 404);
}

TEST_F(ExecutionsTest, a_reply_of_500_is_not_recorded) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_EQ(end(*handler, 503).value(), Ending::settled);
    handler.reset();

    auto repeated = start();

    EXPECT_FALSE(admit(*repeated).value());
    repeated.reset();
    EXPECT_EQ(records(), 0);
}

TEST_F(ExecutionsTest, a_handler_without_an_answer_is_not_recorded) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    ASSERT_EQ(loop.run(handler->end(nullptr)).value(), Ending::settled);
    handler.reset();

    auto repeated = start();

    EXPECT_FALSE(admit(*repeated).value());
}

TEST_F(ExecutionsTest, a_rollback_keeps_the_record_of_the_answer) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");
    ASSERT_TRUE(loop.run(handler->rollback()));
    ASSERT_EQ(end(*handler, 409).value(), Ending::settled);
    handler.reset();

    auto repeated = start();

    EXPECT_EQ(admit(*repeated).value()->status, 409);
    repeated.reset();
    context.execution = model::NoExecution{};
    EXPECT_EQ(seen(), 0);
}

TEST_F(ExecutionsTest, a_key_that_runs_is_refused) {
    auto running = start();
    ASSERT_FALSE(admit(*running).value());

    auto repeated = start();

    EXPECT_EQ(admit(*repeated).error().name(), "idempotency_key_running");
}

TEST_F(ExecutionsTest, a_key_is_free_again_once_its_handler_is_cancelled) {
    auto running = start();
    ASSERT_FALSE(admit(*running).value());
    write(*running, "UPDATE t SET n = 7 WHERE id = 1");
    running.reset();

    auto repeated = start();

    EXPECT_FALSE(admit(*repeated).value());
    EXPECT_EQ(read(*repeated).value(), 0);
}

TEST_F(ExecutionsTest, a_key_stays_claimed_until_the_flush_although_its_handler_is_gone) {
    auto running = start();
    ASSERT_FALSE(admit(*running).value());
    {
        auto ending = end_later(*running);
        run_statements();
        ASSERT_FALSE(ending.is_done());
    }
    running.reset();

    auto early = start();
    model::Request request = post();
    auto refused = later(early->admit(request));
    loop.run_ready();
    ASSERT_TRUE(refused.is_done());
    EXPECT_EQ(refused.result().error().name(), "idempotency_key_running");

    ASSERT_TRUE(flushes.run_one());
    loop.run_ready();
    auto repeated = start();
    EXPECT_TRUE(admit(*repeated).value());
}

TEST_F(ExecutionsTest, the_same_key_with_another_body_is_refused) {
    run_once();

    auto other = start();

    EXPECT_EQ(admit(*other, post("two tables")).error().name(), "idempotency_key_reused");
}

TEST_F(ExecutionsTest, the_same_key_with_another_query_is_refused) {
    run_once();

    auto other = start();

    EXPECT_EQ(admit(*other, post("one table", "/orders?fast")).error().name(), "idempotency_key_reused");
}

TEST_F(ExecutionsTest, the_same_key_on_another_route_is_another_execution) {
    run_once();

    auto other = start();

    EXPECT_FALSE(admit(*other, post("one table", "/carts")).value());
}

TEST_F(ExecutionsTest, the_same_key_of_another_caller_is_another_execution) {
    run_once();
    context.caller = model::ServiceName("shop");

    auto other = start();

    EXPECT_FALSE(admit(*other).value());
}

TEST_F(ExecutionsTest, another_address_gets_the_status_and_nothing_else) {
    run_once();
    context.peer = "198.51.100.9";

    auto other = start();
    const auto recorded = admit(*other).value();

    ASSERT_TRUE(recorded);
    EXPECT_EQ(recorded->status, 201);
    EXPECT_EQ(recorded->body.buffered().view(), "");
    EXPECT_FALSE(recorded->headers.contains("location"));
    EXPECT_EQ(recorded->headers.get("idempotency-replayed"), "true");
}

TEST_F(ExecutionsTest, another_address_with_another_request_is_refused) {
    run_once();
    context.peer = "198.51.100.9";

    auto other = start();

    EXPECT_EQ(admit(*other, post("two tables")).error().name(), "idempotency_key_reused");
}

TEST_F(ExecutionsTest, the_calls_of_a_keyed_execution_have_keys_of_their_own) {
    auto first = start();
    ASSERT_FALSE(admit(*first).value());
    const std::string one = first->key_of_next_call().value();
    const std::string two = first->key_of_next_call().value();
    first.reset();

    auto again = start();
    ASSERT_FALSE(admit(*again).value());

    EXPECT_NE(one, two);
    EXPECT_TRUE(one.ends_with(".1"));
    EXPECT_EQ(again->key_of_next_call().value(), one);
}

TEST_F(ExecutionsTest, a_handler_without_a_key_makes_none_for_its_calls) {
    context.execution = model::NoExecution{};

    auto handler = start();

    EXPECT_FALSE(handler->key_of_next_call());
}

TEST_F(ExecutionsTest, a_call_repeated_with_another_body_gets_the_recorded_reply) {
    context.execution = model::KeyedExecution{.key = "0123abcd.1", .by_platform = true};
    run_once();

    auto repeated = start();

    EXPECT_TRUE(admit(*repeated, post("at another time of day")).value());
}

TEST_F(ExecutionsTest, a_call_repeated_on_another_path_is_refused_by_name) {
    context.execution = model::KeyedExecution{.key = "0123abcd.1", .by_platform = true};
    run_once();

    auto repeated = start();

    EXPECT_EQ(admit(*repeated, post("one table", "/carts")).error().name(), "nondeterministic_retry");
}

TEST_F(ExecutionsTest, a_client_cannot_name_the_execution_of_a_call) {
    context.execution = model::KeyedExecution{.key = "0123abcd.1", .by_platform = true};
    run_once();
    context.execution = model::KeyedExecution{.key = "0123abcd.1"};

    auto other = start();

    EXPECT_FALSE(admit(*other).value());
}

TEST_F(ExecutionsTest, an_expired_record_is_forgotten) {
    run_once();
    loop.advance(std::chrono::hours(24) - std::chrono::seconds(1));
    auto before = start();
    EXPECT_TRUE(admit(*before).value());
    before.reset();
    loop.advance(std::chrono::seconds(2));

    run_once();

    context.execution = model::NoExecution{};
    EXPECT_EQ(seen(), 2);
    EXPECT_EQ(records(), 1);
}

TEST_F(ExecutionsTest, expired_records_of_other_keys_are_removed_by_and_by) {
    run_once();
    loop.advance(std::chrono::hours(25));
    context.execution = model::KeyedExecution{.key = "order-0000-0000-0002"};

    run_once();

    EXPECT_EQ(records(), 1);
}

TEST_F(ExecutionsTest, a_record_that_is_kept_for_less_is_removed_before_those_kept_longer) {
    run_once();
    HandlerOptions brief = options();
    brief.key_retention = std::chrono::hours(1);
    context.execution = model::KeyedExecution{.key = "order-0000-0000-0002"};
    run_once(brief);
    loop.advance(std::chrono::hours(2));
    context.execution = model::KeyedExecution{.key = "order-0000-0000-0003"};

    run_once();

    EXPECT_EQ(records(), 2);
}

TEST_F(ExecutionsTest, of_two_records_the_later_one_is_replayed_when_the_time_of_day_is_set_back) {
    for (const char* key : {"order-0000-0000-0001", "order-0000-0000-0002", "order-0000-0000-0003",
                            "order-0000-0000-0004", "order-0000-0000-0005"}) {
        context.execution = model::KeyedExecution{.key = key};
        run_once();
    }
    loop.advance(std::chrono::hours(25));
    auto second = start();
    ASSERT_FALSE(admit(*second).value());
    ASSERT_EQ(loop.run(answered(*second, "made again")).value(), Ending::settled);
    second.reset();
    loop.clock().set_back(std::chrono::hours(2));

    auto repeated = start();
    const auto recorded = admit(*repeated).value();

    ASSERT_TRUE(recorded);
    EXPECT_EQ(recorded->body.buffered().view(), "made again");
}

TEST_F(ExecutionsTest, a_reply_too_large_to_be_recorded_fails_the_handler) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    const auto ending = loop.run(answered(*handler, std::string((1 << 20) + 1, 'x')));

    EXPECT_EQ(ending.error().name(), "reply_too_large_for_key");
    handler.reset();
    context.execution = model::NoExecution{};
    EXPECT_EQ(seen(), 0);
}

TEST_F(ExecutionsTest, a_reply_of_a_mebibyte_is_recorded_whole) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    ASSERT_EQ(loop.run(answered(*handler, std::string(1 << 20, 'x'))).value(), Ending::settled);

    auto repeated = start();

    EXPECT_EQ(admit(*repeated).value()->body.buffered().view().size(), 1U << 20);
}

TEST_F(ExecutionsTest, a_keyed_reply_never_streams) {
    auto handler = start(late());
    ASSERT_FALSE(admit(*handler).value());
    EXPECT_FALSE(handler->may_stream());

    EXPECT_EQ(loop.run(handler->leave_streaming()).error().name(), "reply_too_large_for_key");

    EXPECT_EQ(end(*handler).error().name(), "reply_too_large_for_key");
}

TEST_F(ExecutionsTest, a_keyed_handler_cannot_commit_early) {
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    write(*handler, "UPDATE t SET n = 7 WHERE id = 1");

    EXPECT_EQ(loop.run(handler->commit()).error().name(), "commit_inside_keyed_execution");

    EXPECT_EQ(end(*handler).value(), Ending::settled);
}

TEST_F(ExecutionsTest, the_second_run_of_a_handler_whose_batch_was_dropped_is_recorded_once) {
    auto keyed = start();
    ASSERT_FALSE(admit(*keyed).value());
    write(*keyed, "UPDATE t SET n = n + 1 WHERE id = 1");
    disk->fail_change(0, "disk_failed");
    ASSERT_EQ(end(*keyed).value(), Ending::run_again);
    keyed.reset();

    HandlerOptions again = options();
    again.is_second_run = true;
    auto second = start(again);
    ASSERT_FALSE(admit(*second).value());
    write(*second, "UPDATE t SET n = n + 1 WHERE id = 1");
    ASSERT_EQ(end(*second).value(), Ending::settled);
    second.reset();

    crash();
    auto repeated = start();
    EXPECT_TRUE(admit(*repeated).value());
    context.execution = model::NoExecution{};
    EXPECT_EQ(seen(), 1);
}

}  // namespace
}  // namespace skep::store
