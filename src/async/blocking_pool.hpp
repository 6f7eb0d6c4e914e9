#pragma once
// BlockingPool: threads for what must not run on a loop: files, DNS, waiting for processes, flushes.

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "async/work_pool.hpp"

namespace skep::async {

// Destroying the pool runs what is queued to its end.
class BlockingPool final : public WorkPool {
public:
    struct Options {
        std::string name;  // of its threads, at most 15 characters
        int nice = 0;      // 1 to 19: the loops' threads go before it, where they want the same core
    };
    // At most `queue_limit` pieces of work wait.
    BlockingPool(std::size_t threads, std::size_t queue_limit) : BlockingPool(threads, queue_limit, Options()) {}
    BlockingPool(std::size_t threads, std::size_t queue_limit, const Options& options);
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;
    ~BlockingPool() override;

    bool submit(std::function<void()> work) override;

private:
    void serve();

    std::size_t queue_limit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace skep::async
