#pragma once
// guard: awaits a task, but no longer than until a deadline or a cancel.

#include <coroutine>
#include <optional>
#include <string_view>

#include "async/cancel.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace skep::async {

struct GuardOptions {
    std::optional<TimePoint> deadline;
    CancelSource* cancel = nullptr;                          // outlives the wait
    std::string_view deadline_reason = "deadline_exceeded";  // a reason of the table
    std::string_view deadline_message = "the deadline passed";
    std::string_view cancel_reason = "cancelled";
    std::string_view cancel_message = "the caller went away";
};

// `co_await guard(loop, std::move(task), options)` gives the task's result, or destroys the task where it is
// suspended and gives the error of `options`. Costs no coroutine frame.
template <typename T>
class [[nodiscard]] Guarded {
public:
    Guarded(Loop& loop, Task<Result<T>> task, GuardOptions options)
        : loop_(loop), task_(std::move(task)), options_(options), timer_(*this), listener_(*this) {}

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> parent) {
        parent_ = parent;
        if (options_.deadline)
            loop_.arm(timer_, *options_.deadline);
        if (options_.cancel != nullptr)
            options_.cancel->listen(listener_);
        return task_.await_suspend(parent);
    }
    Result<T> await_resume() {
        timer_.disarm();
        listener_.unlink();
        if (stopped_)
            return Failure(*std::move(stopped_));
        return task_.await_resume();
    }

private:
    struct Deadline final : Timer {
        explicit Deadline(Guarded& guarded) : guarded_(guarded) {}
        void expired() override {
            const auto& options = guarded_.options_;
            guarded_.stop(options.deadline_reason, options.deadline_message);
        }
        Guarded& guarded_;
    };
    struct Listener final : CancelListener {
        explicit Listener(Guarded& guarded) : guarded_(guarded) {}
        void cancelled() override {
            const auto& options = guarded_.options_;
            guarded_.stop(options.cancel_reason, options.cancel_message);
        }
        Guarded& guarded_;
    };

    // Runs at the top of the loop, so the task is suspended.
    void stop(std::string_view reason, std::string_view message) {
        timer_.disarm();
        listener_.unlink();
        stopped_ = error(reason, "{}", message);
        task_.destroy();
        parent_.resume();
    }

    Loop& loop_;
    Task<Result<T>> task_;
    GuardOptions options_;
    Deadline timer_;
    Listener listener_;
    std::optional<Error> stopped_;
    std::coroutine_handle<> parent_;
};

template <typename T>
Guarded<T> guard(Loop& loop, Task<Result<T>> task, GuardOptions options) {
    return Guarded<T>(loop, std::move(task), options);
}

}  // namespace skep::async
