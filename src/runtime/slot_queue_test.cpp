#include "runtime/slot_queue.hpp"

#include <gtest/gtest.h>

#include "async/task_group.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::runtime {
namespace {

using namespace std::chrono_literals;

// A call that takes a slot at `depth`, then makes a deeper one, down to `deepest`.
async::Task<void> nest(async::Loop& loop, SlotQueue& queue, int depth, int deepest, int& answered) {
    Result<Slot> slot = co_await queue.take(depth, 5s);
    if (!slot)
        co_return;
    co_await loop.sleep_for(1ms);
    if (depth < deepest)
        co_await nest(loop, queue, depth + 1, deepest, answered);
    else
        ++answered;
}

TEST(SlotQueue, nested_calls_never_block_each_other) {
    async::TestLoop loop;
    SlotLedger ledger(8, 8);
    SlotQueue queue(loop, ledger);
    async::TaskGroup group(loop);
    int answered = 0;
    for (int client = 0; client < 64; ++client)
        group.spawn(nest(loop, queue, 0, 2, answered));

    loop.run(group.join());

    EXPECT_EQ(answered, 64);
    EXPECT_EQ(ledger.free(), 8);
}

// Takes a slot, notes its number, and keeps the slot for a while.
async::Task<void> visit(async::Loop& loop, SlotQueue& queue, int number, std::vector<int>& order) {
    Result<Slot> slot = co_await queue.take(0, 5s);
    if (!slot)
        co_return;
    order.push_back(number);
    co_await loop.sleep_for(1ms);
}

TEST(SlotQueue, serves_those_of_one_depth_in_their_order) {
    async::TestLoop loop;
    SlotLedger ledger(1, 0);
    SlotQueue queue(loop, ledger);
    async::TaskGroup group(loop);
    std::vector<int> order;
    for (int number = 1; number <= 4; ++number)
        group.spawn(visit(loop, queue, number, order));

    loop.run(group.join());

    EXPECT_EQ(order, (std::vector{1, 2, 3, 4}));
}

TEST(SlotQueue, nobody_takes_a_slot_past_one_who_waits) {
    async::TestLoop loop;
    SlotLedger ledger(1, 0);
    SlotQueue queue(loop, ledger);
    async::TaskGroup group(loop);
    std::vector<int> order;
    Slot held;
    ASSERT_TRUE(queue.try_take(0, held));
    group.spawn(visit(loop, queue, 1, order));
    loop.run_ready();
    {
        const Slot given_back = std::move(held);
    }

    Slot taken;
    EXPECT_FALSE(queue.try_take(0, taken));

    loop.run(group.join());
    EXPECT_EQ(order, std::vector{1});
    EXPECT_EQ(ledger.free(), 1);
}

TEST(SlotQueue, gives_on_what_was_granted_to_one_who_has_left) {
    async::TestLoop loop;
    SlotLedger ledger(1, 0);
    SlotQueue queue(loop, ledger);
    async::TaskGroup group(loop);
    std::vector<int> order;
    Slot held;
    ASSERT_TRUE(queue.try_take(0, held));
    group.spawn(visit(loop, queue, 1, order));
    loop.run_ready();
    {
        const Slot given_back = std::move(held);
    }

    group.cancel();

    EXPECT_EQ(ledger.free(), 1);
}

TEST(SlotQueue, a_slot_given_back_on_one_thread_goes_to_who_waits_on_another) {
    async::TestLoop here, there;
    SlotLedger ledger(1, 0);
    SlotQueue queue(here, ledger), other(there, ledger);
    async::TaskGroup group(there);
    std::vector<int> order;
    Slot held;
    ASSERT_TRUE(queue.try_take(0, held));
    group.spawn(visit(there, other, 1, order));
    there.run_ready();

    {
        const Slot given_back = std::move(held);
    }
    there.run_ready();

    EXPECT_EQ(order, std::vector{1});
    there.run(group.join());
}

TEST(SlotQueue, gives_up_after_its_patience) {
    async::TestLoop loop;
    SlotLedger ledger(2, 0);
    SlotQueue queue(loop, ledger);
    Slot first, second;
    ASSERT_TRUE(queue.try_take(1, first));
    ASSERT_TRUE(queue.try_take(1, second));

    EXPECT_EQ(loop.run(queue.take(0, 10ms)).error().name(), "no_free_instance");
}

}  // namespace
}  // namespace skep::runtime
