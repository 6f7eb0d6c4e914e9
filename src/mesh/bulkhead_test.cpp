#include "mesh/bulkhead.hpp"

#include <optional>

#include <gtest/gtest.h>

#include "async/task_group.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::mesh {
namespace {

using namespace std::chrono_literals;

class BulkheadTest : public testing::Test {
protected:
    // Takes a permit and holds it for `duration`.
    async::Task<void> hold(Duration duration, int& served) {
        auto permit = co_await bulkhead_.acquire();
        if (!permit) {
            last_error_ = permit.error().name();
            co_return;
        }
        co_await loop_.loop().sleep_for(duration);
        ++served;
    }

    async::TestLoop loop_;
    Bulkhead bulkhead_{loop_, {.running = 1, .queued = 1, .wait = 50ms}};
    std::string last_error_;
    int served_ = 0;
    async::TaskGroup group_{loop_};
};

TEST_F(BulkheadTest, lets_the_next_one_run_when_one_ends) {
    group_.spawn(hold(10ms, served_));
    group_.spawn(hold(10ms, served_));

    loop_.run(group_.join());

    EXPECT_EQ(served_, 2);
    EXPECT_EQ(bulkhead_.running(), 0U);
    EXPECT_EQ(bulkhead_.queued(), 0U);
}

TEST_F(BulkheadTest, refuses_when_the_queue_is_full) {
    group_.spawn(hold(10ms, served_));
    group_.spawn(hold(10ms, served_));
    group_.spawn(hold(10ms, served_));

    loop_.run(group_.join());

    EXPECT_EQ(served_, 2);
    EXPECT_EQ(last_error_, "service_busy");
}

TEST_F(BulkheadTest, refuses_after_the_wait) {
    group_.spawn(hold(1h, served_));
    group_.spawn(hold(1ms, served_));

    loop_.advance(60ms);

    EXPECT_EQ(last_error_, "service_busy");
    EXPECT_EQ(bulkhead_.queued(), 0U);
}

TEST_F(BulkheadTest, a_cancelled_waiter_gives_its_place_on) {
    group_.spawn(hold(10ms, served_));
    loop_.run_ready();
    auto abandoned = std::make_optional<async::TaskGroup>(loop_.loop());
    abandoned->spawn(hold(1ms, served_));
    loop_.run_ready();

    abandoned.reset();
    loop_.run(group_.join());

    EXPECT_EQ(served_, 1);
    EXPECT_EQ(bulkhead_.running(), 0U);
}

}  // namespace
}  // namespace skep::mesh
