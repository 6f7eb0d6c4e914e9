#pragma once
// TestLoop: a loop in virtual time, driven by the test.

#include <functional>

#include "async/loop.hpp"
#include "async/task.hpp"
#include "base/check.hpp"
#include "base/testing/manual_clock.hpp"

namespace skep::async {

class TestLoop {
public:
    Loop& loop() { return loop_; }
    ManualClock& clock() { return clock_; }
    operator Loop&() { return loop_; }

    // Runs turns until nothing is ready. Not for work that moves the clock by itself while other work waits behind.
    void run_ready();

    // What brings on things when nothing is ready, before time is moved: returns whether it did something.
    void when_idle(std::function<bool()> bring_on) { bring_on_ = std::move(bring_on); }

    // Moves time by `duration`, stopping at each timer on the way.
    void advance(Duration duration);

    // Runs `task` to its end, moving time from timer to timer when nothing is ready. A task that waits for
    // something that no timer brings fails a CHECK.
    template <typename T>
    T run(Task<T> task);

private:
    // Lets the next timer fire; false where there is none.
    bool skip_to_next_timer();

    ManualClock clock_;
    Loop loop_{clock_};
    std::function<bool()> bring_on_ = [] { return false; };
};

template <typename T>
T TestLoop::run(Task<T> task) {
    task.await_suspend(std::noop_coroutine()).resume();
    while (!task.is_done()) {
        run_ready();
        CHECK(task.is_done() || bring_on_() || skip_to_next_timer());
    }
    return task.await_resume();
}

}  // namespace skep::async
