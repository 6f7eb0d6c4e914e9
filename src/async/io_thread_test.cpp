#include "async/io_thread.hpp"

#include <future>

#include <gtest/gtest.h>

#include "async/blocking_pool.hpp"
#include "async/task_group.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::async {
namespace {

TEST(IoThread, runs_work_on_its_own_thread) {
    const SystemClock clock;
    IoThread thread(clock);
    thread.start("test");
    bool on_thread = false;

    thread.run_there([&] { on_thread = thread.loop().is_on_thread(); });

    EXPECT_TRUE(on_thread);
    EXPECT_FALSE(thread.loop().is_on_thread());
}

TEST(IoThread, fires_timers_by_the_clock) {
    const SystemClock clock;
    IoThread thread(clock);
    thread.start("test");
    std::promise<void> fired;
    auto nap = [](Loop& loop, std::promise<void>& done) -> Task<void> {
        co_await loop.sleep_for(std::chrono::milliseconds(2));
        done.set_value();
    };
    auto group = std::make_unique<TaskGroup>(thread.loop());

    thread.run_there([&] { group->spawn(nap(thread.loop(), fired)); });
    fired.get_future().wait();
    thread.run_there([&] { group.reset(); });
}

TEST(BlockingPool, gives_the_result_back_on_the_loop) {
    const SystemClock clock;
    IoThread thread(clock);
    BlockingPool pool(1, 10);
    std::promise<int> result;
    auto ask = [](Loop& loop, BlockingPool& workers, std::promise<int>& answer) -> Task<void> {
        auto work = []() -> Result<int> { return 7; };
        auto value = co_await workers.run(loop, work);
        answer.set_value(loop.is_on_thread() ? value.value() : -1);
    };
    auto group = std::make_unique<TaskGroup>(thread.loop());
    thread.start("test");

    thread.run_there([&] { group->spawn(ask(thread.loop(), pool, result)); });

    EXPECT_EQ(result.get_future().get(), 7);
    thread.run_there([&] { group.reset(); });
}

TEST(BlockingPool, refuses_work_over_its_limit) {
    TestLoop loop;
    BlockingPool pool(1, 0);

    const auto refused = loop.run(pool.run(loop, []() -> Result<int> { return 7; }));

    EXPECT_EQ(refused.error().name(), "resource_exhausted");
}

}  // namespace
}  // namespace skep::async
