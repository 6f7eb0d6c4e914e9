#include "async/blocking_pool.hpp"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

namespace skep::async {

BlockingPool::BlockingPool(std::size_t threads, std::size_t queue_limit, const Options& options)
    : queue_limit_(queue_limit) {
    threads_.reserve(threads);
    for (std::size_t i = 0; i < threads; ++i) {
        threads_.emplace_back([this, options] {
            if (!options.name.empty())
                pthread_setname_np(pthread_self(), options.name.c_str());
            if (options.nice != 0)
                ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), options.nice);
            serve();
        });
    }
}

BlockingPool::~BlockingPool() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

bool BlockingPool::submit(std::function<void()> work) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= queue_limit_)
            return false;
        queue_.push_back(std::move(work));
    }
    changed_.notify_one();
    return true;
}

void BlockingPool::serve() {
    while (true) {
        std::function<void()> work;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
            if (queue_.empty())
                return;
            work = std::move(queue_.front());
            queue_.pop_front();
        }
        work();
    }
}

}  // namespace skep::async
