#include "async/loop.hpp"

#include <algorithm>

namespace skep::async {

Loop::Loop(const Clock& clock) : clock_(clock), now_(clock.now()), timers_(now_) {}

void Loop::post_remote(std::function<void()> work) {
    bool was_empty = false;
    {
        const std::lock_guard lock(remote_mutex_);
        was_empty = remote_.empty();
        remote_.push_back(std::move(work));
    }
    if (was_empty && wake_)
        wake_();
}

bool Loop::run_remote() {
    std::vector<std::function<void()>> work;
    {
        const std::lock_guard lock(remote_mutex_);
        work.swap(remote_);
    }
    for (auto& item : work) {
        item();
        run_chain();
    }
    return !work.empty();
}

void Loop::run_chain() {
    for (int length = 0; length < kMaxChain; ++length) {
        Runnable* item = next_.pop_front();
        if (item == nullptr)
            return;
        item->run();
    }
    ready_.take_all(next_);
}

bool Loop::others_come_first(TimePoint now) const {
    return others_used_ < kOthersShare * behind_used_ && idle_ < behind_used_ / 2 &&
           now - others_ended_ < std::min(others_used_, kLongestGap);
}

void Loop::run_behind(bool is_idle) {
    const TimePoint begin = clock_.now();
    if (std::exchange(has_waited_, true))
        idle_ += now_ - last_look_;
    others_used_ += begin - now_;
    last_look_ = begin;
    if (!is_idle)
        others_ended_ = begin;
    if (others_come_first(begin))
        return;
    behind_.pop_front()->run();
    last_look_ = clock_.now();
    behind_used_ = std::min(last_look_ - begin, kMostOwed);
    others_used_ = idle_ = Duration(0);
    run_chain();
    has_waited_ = !behind_.empty();
}

bool Loop::turn() {
    now_ = clock_.now();
    const bool ran_remote = run_remote();
    timers_.advance(now_);
    ready_.take_all(next_);

    IntrusiveList<Runnable> current;
    current.take_all(ready_);
    const bool is_idle = !ran_remote && current.empty();
    while (Runnable* item = current.pop_front()) {
        item->run();
        run_chain();
    }
    if (behind_.empty())
        has_waited_ = false;
    else
        run_behind(is_idle);

    if (!ready_.empty() || !behind_.empty())
        return true;
    const std::lock_guard lock(remote_mutex_);
    return !remote_.empty();
}

}  // namespace skep::async
