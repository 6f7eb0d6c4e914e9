#pragma once
// Signal: "something changed, look again", for one waiting coroutine.

#include <utility>

#include "async/loop.hpp"
#include "base/check.hpp"

namespace skep::async {

// Stays set until a wait takes it, so a set before the wait is not lost. One waiter at a time.
class Signal {
public:
    explicit Signal(Loop& loop) : loop_(loop) {}
    Signal(const Signal&) = delete;
    Signal& operator=(const Signal&) = delete;

    void set() {
        if (waiter_ != nullptr)
            loop_.post_next(waiter_->resumption_);
        else
            set_ = true;
    }

    class Wait {
    public:
        explicit Wait(Signal& signal) : signal_(signal) {}
        Wait(const Wait&) = delete;
        Wait& operator=(const Wait&) = delete;
        ~Wait() {
            if (signal_.waiter_ == this)
                signal_.waiter_ = nullptr;
        }

        bool await_ready() { return std::exchange(signal_.set_, false); }
        void await_suspend(std::coroutine_handle<> handle) {
            CHECK(signal_.waiter_ == nullptr);
            resumption_.set(handle);
            signal_.waiter_ = this;
        }
        void await_resume() {
            if (signal_.waiter_ == this)
                signal_.waiter_ = nullptr;
        }

    private:
        friend class Signal;
        Signal& signal_;
        Resumption resumption_;
    };

    // co_await signal.wait()
    Wait wait() { return Wait(*this); }

    Loop& loop() { return loop_; }

private:
    Loop& loop_;
    Wait* waiter_ = nullptr;
    bool set_ = false;
};

}  // namespace skep::async
