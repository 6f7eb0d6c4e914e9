#include "async/exclusive.hpp"

#include <string>

#include <gtest/gtest.h>

#include "async/signal.hpp"
#include "async/task_group.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::async {
namespace {

Task<void> pass(Exclusive& section, Signal& go_on, std::string& order, char name) {
    const Exclusive::Held held = co_await section.enter();
    order.push_back(name);
    co_await go_on.wait();
}

TEST(Exclusive, lets_the_next_one_in_when_the_holder_leaves) {
    TestLoop loop;
    Exclusive section(loop);
    Signal first(loop);
    Signal second(loop);
    std::string order;
    TaskGroup group(loop);
    group.spawn(pass(section, first, order, 'a'));
    group.spawn(pass(section, second, order, 'b'));
    loop.run_ready();
    EXPECT_EQ(order, "a");

    first.set();
    loop.run_ready();

    EXPECT_EQ(order, "ab");
    EXPECT_TRUE(section.is_held());
}

TEST(Exclusive, is_free_again_after_its_holder_was_cancelled) {
    TestLoop loop;
    Exclusive section(loop);
    Signal never(loop);
    std::string order;
    TaskGroup group(loop);
    group.spawn(pass(section, never, order, 'a'));
    loop.run_ready();

    group.cancel();

    EXPECT_FALSE(section.is_held());
}

TEST(Exclusive, passes_over_a_waiter_that_was_cancelled) {
    TestLoop loop;
    Exclusive section(loop);
    Signal first(loop);
    Signal never(loop);
    std::string order;
    TaskGroup holder(loop);
    TaskGroup cancelled(loop);
    TaskGroup last(loop);
    holder.spawn(pass(section, first, order, 'a'));
    cancelled.spawn(pass(section, never, order, 'b'));
    last.spawn(pass(section, never, order, 'c'));
    loop.run_ready();
    cancelled.cancel();

    first.set();
    loop.run_ready();

    EXPECT_EQ(order, "ac");
}

}  // namespace
}  // namespace skep::async
