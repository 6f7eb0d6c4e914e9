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

// Two bulkheads of one service, as two io threads have them.
class SharedBulkheads : public BulkheadTest {
protected:
    std::shared_ptr<Occupancy> occupancy_ = std::make_shared<Occupancy>();
    Bulkhead here_{loop_, {.running = 1, .queued = 2, .wait = 50ms}, occupancy_};
    Bulkhead there_{loop_, {.running = 1, .queued = 2, .wait = 50ms}, occupancy_};
    async::TaskGroup group_{loop_};  // ends before the bulkheads

    async::Task<void> wait_for_place(Bulkhead& bulkhead) {
        const auto permit = co_await bulkhead.acquire();
        served_ += permit ? 1 : 0;
    }
};

TEST_F(SharedBulkheads, count_together) {
    Bulkhead::Permit first;
    Bulkhead::Permit second;

    EXPECT_TRUE(here_.try_acquire(first));
    EXPECT_FALSE(there_.try_acquire(second));
    EXPECT_EQ(there_.running(), 1U);
}

TEST_F(SharedBulkheads, notice_a_place_that_the_other_gave_back) {
    std::optional<Bulkhead::Permit> held(std::in_place);
    here_.try_acquire(*held);
    group_.spawn(wait_for_place(there_));
    loop_.run_ready();

    held.reset();
    loop_.advance(3ms);

    EXPECT_EQ(served_, 1);
}

TEST_F(SharedBulkheads, bound_their_queue_together) {
    Bulkhead::Permit held;
    here_.try_acquire(held);
    group_.spawn(wait_for_place(here_));
    group_.spawn(wait_for_place(there_));
    loop_.run_ready();

    const auto refused = loop_.run(there_.acquire());

    EXPECT_EQ(refused.error().name(), "service_busy");
    EXPECT_EQ(there_.queued(), 2U);
}

TEST_F(SharedBulkheads, give_up_after_the_wait) {
    Bulkhead::Permit held;
    here_.try_acquire(held);
    group_.spawn(wait_for_place(there_));
    loop_.run_ready();

    loop_.advance(60ms);

    EXPECT_EQ(served_, 0);
    EXPECT_EQ(there_.queued(), 0U);
}

}  // namespace
}  // namespace skep::mesh
