#pragma once
// wait_until: waits for a signal, but no longer than until a time.

#include <coroutine>

#include "async/signal.hpp"

namespace skep::http::detail {

// `co_await wait_until(signal, when)` gives false where the time came first. Costs no coroutine
// frame.
class TimedWait final : async::Timer {
public:
    TimedWait(async::Signal& signal, TimePoint when) : loop_(signal.loop()), when_(when), wait_(signal) {}

    bool await_ready() { return wait_.await_ready(); }
    void await_suspend(std::coroutine_handle<> handle) {
        handle_ = handle;
        loop_.arm(*this, when_);
        wait_.await_suspend(handle);
    }
    bool await_resume() {
        disarm();
        wait_.await_resume();
        return !expired_;
    }

private:
    void expired() override {
        expired_ = true;
        handle_.resume();
    }

    async::Loop& loop_;
    TimePoint when_;
    bool expired_ = false;
    std::coroutine_handle<> handle_;
    async::Signal::Wait wait_;
};

inline TimedWait wait_until(async::Signal& signal, TimePoint when) {
    return {signal, when};
}

// `co_await next_turn(loop)` lets whatever else is ready run first.
class NextTurn {
public:
    explicit NextTurn(async::Loop& loop) : loop_(loop) {}

    bool await_ready() const { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        resumption_.set(handle);
        loop_.post(resumption_);
    }
    void await_resume() {}

private:
    async::Loop& loop_;
    async::Resumption resumption_;
};

inline NextTurn next_turn(async::Loop& loop) {
    return NextTurn(loop);
}

}  // namespace skep::http::detail
