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
