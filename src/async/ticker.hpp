#pragma once
// Ticker: a thread that calls a function at short intervals, but only while there is a reason to.

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace skep::async {

// Ticks every `period` from the first `keep_alive` until none has come for `linger`; then sleeps.
class Ticker {
public:
    struct Pace {
        std::chrono::microseconds period{};
        std::chrono::microseconds hurried{};  // the period from a `hurry` until none has come for `linger`
        std::chrono::milliseconds linger{};
    };

    // `tick` is called on the ticker's thread.
    Ticker(const Pace& pace, std::function<void()> tick);
    Ticker(const Ticker&) = delete;
    Ticker& operator=(const Ticker&) = delete;
    ~Ticker();

    // There is reason to tick. Any thread; costs two loads while the ticker runs.
    void keep_alive() {
        if (!active_.load(std::memory_order_relaxed))
            active_.store(true, std::memory_order_seq_cst);
        if (asleep_.load(std::memory_order_seq_cst))
            wake();
    }

    // There is reason to tick more often. Any thread; costs a store.
    void hurry() { hurried_.store(true, std::memory_order_relaxed); }

private:
    void serve();
    void wake();
    // Waits for a `keep_alive`; false when the ticker is destroyed.
    bool sleep_until_needed();

    Pace pace_;
    std::function<void()> tick_;
    std::atomic<bool> active_ = false;
    std::atomic<bool> asleep_ = false;
    std::atomic<bool> hurried_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace skep::async
