#include "async/task_group.hpp"

#include <stdexcept>
#include <string>

#include <gtest/gtest.h>

#include "async/testing/test_loop.hpp"

namespace skep::async {
namespace {

using namespace std::chrono_literals;

Task<void> count_after(Loop& loop, Duration delay, int& count) {
    co_await loop.sleep_for(delay);
    ++count;
}

Task<void> throw_now() {
    throw std::runtime_error("lost");
    co_return;
}

TEST(TaskGroup, join_waits_for_every_task) {
    TestLoop loop;
    TaskGroup group(loop);
    int count = 0;
    group.spawn(count_after(loop, 1ms, count));
    group.spawn(count_after(loop, 5ms, count));

    loop.run(group.join());

    EXPECT_EQ(count, 2);
    EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, cancel_destroys_tasks_that_wait) {
    TestLoop loop;
    TaskGroup group(loop);
    int count = 0;
    group.spawn(count_after(loop, 1ms, count));
    loop.run_ready();

    group.cancel();
    loop.advance(10ms);

    EXPECT_EQ(count, 0);
    EXPECT_EQ(group.size(), 0U);
}

TEST(TaskGroup, reports_what_a_task_throws_and_goes_on) {
    TestLoop loop;
    std::string reported;
    TaskGroup group(loop, [&](std::string_view what) { reported = what; });
    group.spawn(throw_now());

    loop.run(group.join());

    EXPECT_EQ(reported, "lost");
}

}  // namespace
}  // namespace skep::async
