#pragma once
// Task<T>: a coroutine that starts when awaited and is cancelled by being destroyed.

#include <coroutine>
#include <exception>
#include <optional>
#include <utility>

#include "base/check.hpp"

namespace skep::async {

template <typename T>
class Task;

namespace detail {

struct PromiseBase {
    std::coroutine_handle<> continuation = std::noop_coroutine();
    std::exception_ptr exception;

    struct FinalAwaiter {
        bool await_ready() noexcept { return false; }
        template <typename Promise>
        std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> ended) noexcept {
            return ended.promise().continuation;
        }
        void await_resume() noexcept {}
    };

    std::suspend_always initial_suspend() noexcept { return {}; }
    FinalAwaiter final_suspend() noexcept { return {}; }
    void unhandled_exception() { exception = std::current_exception(); }
};

template <typename T>
struct Promise : PromiseBase {
    std::optional<T> value;

    Task<T> get_return_object();
    template <typename U>
    void return_value(U&& result) {
        value.emplace(std::forward<U>(result));
    }
    T take() {
        if (exception)
            std::rethrow_exception(exception);
        CHECK(value.has_value());
        return *std::move(value);
    }
};

template <>
struct Promise<void> : PromiseBase {
    Task<void> get_return_object();
    void return_void() {}
    void take() {
        if (exception)
            std::rethrow_exception(exception);
    }
};

}  // namespace detail

// Awaited once. Everything happens on the thread of the loop that resumes it.
//
// Cancel is destruction: destroying a suspended Task destroys its frame and, through the locals of that
// frame, every awaiter below it, each of which withdraws from what it waited for. A coroutine is resumed
// only by its Loop, or by the end of the Task it awaits; so nothing that runs on the loop may destroy a
// Task that it runs inside of. `TaskGroup` and `guard` keep that rule for their users.
template <typename T = void>
class [[nodiscard]] Task {
public:
    using promise_type = detail::Promise<T>;
    using Handle = std::coroutine_handle<promise_type>;

    Task() = default;
    explicit Task(Handle handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Task& operator=(Task&& other) noexcept {
        if (this != &other) {
            destroy();
            handle_ = std::exchange(other.handle_, nullptr);
        }
        return *this;
    }
    ~Task() { destroy(); }

    bool await_ready() const noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiting) noexcept {
        handle_.promise().continuation = awaiting;
        return handle_;
    }
    T await_resume() { return handle_.promise().take(); }

    // Whether a started task has ended; its result is still to be taken.
    bool is_done() const { return handle_.done(); }

    // Destroys the frame: cancels what has not ended.
    void destroy() {
        if (handle_)
            std::exchange(handle_, nullptr).destroy();
    }

private:
    Handle handle_;
};

namespace detail {

template <typename T>
Task<T> Promise<T>::get_return_object() {
    return Task<T>(std::coroutine_handle<Promise<T>>::from_promise(*this));
}

inline Task<void> Promise<void>::get_return_object() {
    return Task<void>(std::coroutine_handle<Promise<void>>::from_promise(*this));
}

}  // namespace detail
}  // namespace skep::async
