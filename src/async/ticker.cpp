#include "async/ticker.hpp"

namespace skep::async {

Ticker::Ticker(const Pace& pace, std::function<void()> tick)
    : pace_(pace), tick_(std::move(tick)), thread_([this] { serve(); }) {}

Ticker::~Ticker() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void Ticker::wake() {
    {
        const std::lock_guard lock(mutex_);
        asleep_.store(false);
    }
    changed_.notify_all();
}

bool Ticker::sleep_until_needed() {
    std::unique_lock lock(mutex_);
    asleep_.store(true);
    if (active_.load())
        asleep_.store(false);
    changed_.wait(lock, [this] { return stopping_ || !asleep_.load(); });
    return !stopping_;
}

void Ticker::serve() {
    // Since the last `keep_alive`, and the last `hurry`.
    std::chrono::microseconds idle = pace_.linger;
    std::chrono::microseconds calm = pace_.linger;
    while (true) {
        if (idle >= pace_.linger) {
            if (!sleep_until_needed())
                return;
            idle = std::chrono::microseconds(0);
        }
        if (hurried_.exchange(false))
            calm = std::chrono::microseconds(0);
        const auto period = calm < pace_.linger ? pace_.hurried : pace_.period;
        {
            std::unique_lock lock(mutex_);
            if (changed_.wait_for(lock, period, [this] { return stopping_; }))
                return;
        }
        tick_();
        idle = active_.exchange(false) ? std::chrono::microseconds(0) : idle + period;
        calm += period;
    }
}

}  // namespace skep::async
