#include "async/task.hpp"

#include <cstdint>
#include <stdexcept>

#include <gtest/gtest.h>

#include "async/signal.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::async {
namespace {

Task<std::int64_t> add(std::int64_t left, std::int64_t right) {
    co_return left + right;
}

Task<std::int64_t> sum_to(std::int64_t count) {
    std::int64_t sum = 0;
    for (std::int64_t i = 1; i <= count; ++i)
        sum = co_await add(sum, i);
    co_return sum;
}

Task<int> fail_loudly() {
    throw std::runtime_error("lost");
    co_return 0;
}

struct Mark {
    ~Mark() { *flag = true; }
    bool* flag;
};

Task<void> wait_with(Signal& signal, bool* destroyed) {
    const Mark mark{destroyed};
    co_await signal.wait();
}

TEST(Task, awaits_other_tasks_without_growing_the_stack) {
    TestLoop loop;

    EXPECT_EQ(loop.run(sum_to(100'000)), 5'000'050'000);
}

TEST(Task, carries_an_exception_to_its_awaiter) {
    TestLoop loop;

    EXPECT_THROW(loop.run(fail_loudly()), std::runtime_error);
}

TEST(Task, destroying_it_destroys_what_it_waits_in) {
    TestLoop loop;
    Signal signal(loop);
    bool destroyed = false;
    {
        Task<void> task = wait_with(signal, &destroyed);
        task.await_suspend(std::noop_coroutine()).resume();
        EXPECT_FALSE(destroyed);
    }
    EXPECT_TRUE(destroyed);
}

TEST(Task, a_signal_set_for_a_destroyed_waiter_reaches_nobody) {
    TestLoop loop;
    Signal signal(loop);
    bool destroyed = false;
    Task<void> task = wait_with(signal, &destroyed);
    task.await_suspend(std::noop_coroutine()).resume();
    signal.set();

    task.destroy();
    loop.run_ready();

    EXPECT_TRUE(destroyed);
}

}  // namespace
}  // namespace skep::async
