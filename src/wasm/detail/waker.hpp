#pragma once
// Waker: how the library, from any thread, asks a loop to look at something again.

#include <atomic>

#include <skep_engine.h>

#include "async/loop.hpp"

namespace skep::wasm {

// Told on its loop's thread that something it polls has changed.
class WakeTarget {
public:
    virtual ~WakeTarget() = default;
    virtual void woken() = 0;
};

// Counted by references, because the library may keep it longer than the target lives. The target detaches before
// it dies; `detach` and the calls of `woken` happen on the loop's thread.
class Waker final : public skep_waker {
public:
    // Comes with one reference, for the caller.
    static Waker* make(async::Loop& loop, WakeTarget& target) { return new Waker(loop, target); }

    void detach() { target_ = nullptr; }
    void retain() { references_.fetch_add(1, std::memory_order_relaxed); }
    void release();

private:
    Waker(async::Loop& loop, WakeTarget& target);
    void schedule();

    async::Loop& loop_;
    WakeTarget* target_;
    std::atomic<std::uint32_t> references_ = 1;
};

}  // namespace skep::wasm
