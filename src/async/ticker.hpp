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
    // `tick` is called on the ticker's thread.
    Ticker(std::chrono::microseconds period, std::chrono::milliseconds linger, std::function<void()> tick);
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

private:
    void serve();
    void wake();
    // Waits for a `keep_alive`; false when the ticker is destroyed.
    bool sleep_until_needed();

    std::chrono::microseconds period_;
    std::chrono::milliseconds linger_;
    std::function<void()> tick_;
    std::atomic<bool> active_ = false;
    std::atomic<bool> asleep_ = false;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool stopping_ = false;
    std::thread thread_;
};

}  // namespace skep::async
