#include "async/ticker.hpp"

namespace skep::async {

Ticker::Ticker(std::chrono::microseconds period, std::chrono::milliseconds linger, std::function<void()> tick)
    : period_(period), linger_(linger), tick_(std::move(tick)), thread_([this] { serve(); }) {}

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
    auto idle = std::chrono::microseconds(linger_);
    while (true) {
        if (idle >= linger_) {
            if (!sleep_until_needed())
                return;
            idle = std::chrono::microseconds(0);
        }
        {
            std::unique_lock lock(mutex_);
            if (changed_.wait_for(lock, period_, [this] { return stopping_; }))
                return;
        }
        tick_();
        idle = active_.exchange(false) ? std::chrono::microseconds(0) : idle + period_;
    }
}

}  // namespace skep::async
