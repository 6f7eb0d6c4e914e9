#pragma once
// ManualPool: a WorkPool whose work runs when the test says so, on the test's own thread.

#include <deque>

#include "async/work_pool.hpp"

namespace skep::async {

class ManualPool final : public WorkPool {
public:
    bool submit(std::function<void()> work) override {
        queue_.push_back(std::move(work));
        return true;
    }

    // Runs the oldest piece of work; false where there is none.
    bool run_one() {
        if (queue_.empty())
            return false;
        const std::function<void()> work = std::move(queue_.front());
        queue_.pop_front();
        work();
        return true;
    }
    std::size_t size() const { return queue_.size(); }

private:
    std::deque<std::function<void()>> queue_;
};

}  // namespace skep::async
