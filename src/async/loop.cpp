#include "async/loop.hpp"

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

void Loop::run_remote() {
    std::vector<std::function<void()>> work;
    {
        const std::lock_guard lock(remote_mutex_);
        work.swap(remote_);
    }
    for (auto& item : work)
        item();
}

bool Loop::turn() {
    now_ = clock_.now();
    run_remote();
    timers_.advance(now_);

    IntrusiveList<Runnable> current;
    current.take_all(ready_);
    while (Runnable* item = current.pop_front())
        item->run();
    if (Runnable* item = behind_.pop_front())
        item->run();

    if (!ready_.empty() || !behind_.empty())
        return true;
    const std::lock_guard lock(remote_mutex_);
    return !remote_.empty();
}

}  // namespace skep::async
