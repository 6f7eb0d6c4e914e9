#include "async/guard.hpp"

#include <gtest/gtest.h>

#include "async/testing/test_loop.hpp"

namespace skep::async {
namespace {

using namespace std::chrono_literals;

Task<Result<int>> answer_after(Loop& loop, Duration delay) {
    co_await loop.sleep_for(delay);
    co_return 42;
}

Task<Result<int>> answer_now() {
    co_return 42;
}

Task<Result<int>> guarded(Loop& loop, Task<Result<int>> task, GuardOptions options) {
    co_return co_await guard(loop, std::move(task), options);
}

TEST(Guard, gives_the_result_of_a_task_that_ends_in_time) {
    TestLoop loop;
    const GuardOptions options{.deadline = loop.clock().now() + 10ms};

    EXPECT_EQ(loop.run(guarded(loop, answer_after(loop, 5ms), options)).value(), 42);
}

TEST(Guard, gives_the_result_of_a_task_that_never_waits) {
    TestLoop loop;

    EXPECT_EQ(loop.run(guarded(loop, answer_now(), {.deadline = loop.clock().now()})).value(), 42);
}

TEST(Guard, ends_a_task_at_the_deadline_with_the_reason_asked_for) {
    TestLoop loop;
    const GuardOptions options{.deadline = loop.clock().now() + 10ms, .deadline_reason = "guest_timeout"};

    const auto result = loop.run(guarded(loop, answer_after(loop, 1h), options));

    EXPECT_EQ(result.error().name(), "guest_timeout");
    EXPECT_LE(loop.clock().now(), *options.deadline + 1ms);
}

struct CancelLater final : Timer {
    explicit CancelLater(CancelSource& source) : source_(source) {}
    void expired() override { source_.cancel(); }
    CancelSource& source_;
};

TEST(Guard, ends_a_task_when_it_is_cancelled) {
    TestLoop loop;
    CancelSource cancel(loop);
    CancelLater later(cancel);
    loop.loop().arm(later, loop.clock().now() + 3ms);

    const auto result = loop.run(guarded(loop, answer_after(loop, 1h), {.cancel = &cancel}));

    EXPECT_EQ(result.error().name(), "cancelled");
}

TEST(Guard, ends_at_once_when_cancelled_before) {
    TestLoop loop;
    CancelSource cancel(loop);
    cancel.cancel();

    const auto result = loop.run(guarded(loop, answer_after(loop, 1h), {.cancel = &cancel}));

    EXPECT_EQ(result.error().name(), "cancelled");
}

}  // namespace
}  // namespace skep::async
