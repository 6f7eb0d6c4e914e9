#pragma once
// Loop: one thread's ready queue and timers. Everything a service does happens in some loop's turns.

#include <coroutine>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "async/intrusive_list.hpp"
#include "async/timer_wheel.hpp"
#include "base/clock.hpp"

namespace skep::async {

// Something that the loop runs once when posted. Withdrawn by being destroyed.
class Runnable : public ListNode {
public:
    virtual ~Runnable() = default;

private:
    friend class Loop;
    virtual void run() = 0;
};

// Belongs to one thread, the one that calls `turn`; only `post_remote` may be called from others.
// Knows nothing of sockets: an IoThread or a test drives it.
class Loop {
public:
    // `clock` outlives the loop.
    explicit Loop(const Clock& clock);

    // Runs `item` in the next turn. Posting what is posted already changes nothing.
    void post(Runnable& item) {
        if (!item.is_linked())
            ready_.push_back(item);
    }

    // Runs `item` as soon as what runs now has ended, before the rest of the turn: what one request needs next finds
    // its memory still in the processor's cache. After a chain of kMaxChain such items the rest of the turn comes
    // first.
    void post_next(Runnable& item) {
        if (!item.is_linked())
            next_.push_back(item);
    }

    // Runs `item` after everything else that is ready. For work that has used up its share of the thread. Of these one
    // runs at a time, and then the others come first until they had kOthersShare times as long as it. Where they do
    // not need as much, it does not wait for long: until none of them came for as long as they had, kLongestGap at
    // most (those who ask again as soon as they are answered keep their place), or until the thread was idle for half
    // as long as the last one ran.
    void post_behind(Runnable& item) {
        if (!item.is_linked())
            behind_.push_back(item);
    }

    // Runs `work` in a later turn. Any thread. What was not run when the loop ends is destroyed unrun.
    void post_remote(std::function<void()> work);

    // (Re)arms `timer`; it fires in the first turn at or after `when`.
    void arm(Timer& timer, TimePoint when) { timers_.arm(timer, when); }

    // The time at which the current turn began.
    TimePoint now() const { return now_; }
    const Clock& clock() const { return clock_; }

    // Fires due timers, runs what was ready when the turn began, each item with what it posts next, then at most one
    // item that was posted behind.
    // Returns whether more is ready.
    bool turn();

    // When the next timer wants a turn; empty where no timer is armed.
    std::optional<TimePoint> next_wake() const { return timers_.next_wake(); }

    // Called, from any thread, when `post_remote` needs the driver to wake from its wait.
    void on_remote(std::function<void()> wake) { wake_ = std::move(wake); }

    // The calling thread becomes the loop's.
    void adopt_thread() { thread_ = std::this_thread::get_id(); }
    bool is_on_thread() const { return thread_ == std::this_thread::get_id(); }

    // co_await loop.sleep_until(when)
    class Sleep;
    Sleep sleep_until(TimePoint when);
    Sleep sleep_for(Duration duration);

private:
    static constexpr int kMaxChain = 32;
    static constexpr int kOthersShare = 3;
    static constexpr Duration kLongestGap = std::chrono::microseconds(100);
    static constexpr Duration kMostOwed = std::chrono::milliseconds(10);  // a thread may be held up for longer

    bool run_remote();
    void run_chain();
    bool others_come_first(TimePoint now) const;
    void run_behind(bool is_idle);

    const Clock& clock_;
    TimePoint now_;
    TimerWheel timers_;
    IntrusiveList<Runnable> ready_;
    IntrusiveList<Runnable> next_;
    IntrusiveList<Runnable> behind_;
    Duration behind_used_{};   // by the last item that was posted behind
    Duration others_used_{};   // since then, while something waited behind
    Duration idle_{};          // the same, of nobody
    TimePoint last_look_;      // at what waits behind
    bool has_waited_ = false;  // something did since then
    TimePoint others_ended_;
    std::thread::id thread_ = std::this_thread::get_id();

    std::function<void()> wake_;
    std::mutex remote_mutex_;
    std::vector<std::function<void()>> remote_;
};

// Resumes a coroutine from the loop.
class Resumption final : public Runnable {
public:
    void set(std::coroutine_handle<> handle) { handle_ = handle; }
    bool is_set() const { return handle_ != nullptr; }

private:
    void run() override { std::exchange(handle_, nullptr).resume(); }

    std::coroutine_handle<> handle_;
};

class Loop::Sleep final : public Timer {
public:
    Sleep(Loop& loop, TimePoint when) : loop_(loop), when_(when) {}

    bool await_ready() const { return when_ <= loop_.now(); }
    void await_suspend(std::coroutine_handle<> handle) {
        handle_ = handle;
        loop_.arm(*this, when_);
    }
    void await_resume() {}

private:
    void expired() override { handle_.resume(); }

    Loop& loop_;
    TimePoint when_;
    std::coroutine_handle<> handle_;
};

inline Loop::Sleep Loop::sleep_until(TimePoint when) {
    return {*this, when};
}
inline Loop::Sleep Loop::sleep_for(Duration duration) {
    return {*this, now_ + duration};
}

}  // namespace skep::async
