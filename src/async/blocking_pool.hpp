#pragma once
// BlockingPool: threads for what must not run on a loop: files, DNS, waiting for processes.

#include <condition_variable>
#include <coroutine>
#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <vector>

#include "async/loop.hpp"
#include "async/signal.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace skep::async {

// Destroying the pool runs what is queued to its end. Any thread may use it.
class BlockingPool {
public:
    // At most `queue_limit` pieces of work wait.
    BlockingPool(std::size_t threads, std::size_t queue_limit);
    BlockingPool(const BlockingPool&) = delete;
    BlockingPool& operator=(const BlockingPool&) = delete;
    ~BlockingPool();

    // Queues `work`; false where the queue is full.
    bool submit(std::function<void()> work);

    // Runs `work` (returning Result<T>) on a thread of the pool and gives its result on `loop`, which outlives
    // the work. Cancelling abandons the result, not the work. Fails with `resource_exhausted` when the queue
    // is full.
    template <typename Work>
    auto run(Loop& loop, Work work) -> Task<std::invoke_result_t<Work>>;

private:
    void serve();

    std::size_t queue_limit_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<std::function<void()>> queue_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

template <typename Work>
auto BlockingPool::run(Loop& loop, Work work) -> Task<std::invoke_result_t<Work>> {
    using Outcome = std::invoke_result_t<Work>;
    struct Shared {
        explicit Shared(Loop& loop) : done(loop) {}
        std::optional<Outcome> outcome;
        Signal done;
    };
    auto shared = std::make_shared<Shared>(loop);
    auto job = [shared, &loop, work = std::move(work)]() mutable {
        auto outcome = std::make_shared<Outcome>(work());
        loop.post_remote([shared = std::move(shared), outcome = std::move(outcome)] {
            shared->outcome.emplace(std::move(*outcome));
            shared->done.set();
        });
    };
    if (!submit(std::move(job)))
        co_return fail("resource_exhausted", "the pool for blocking work is full");
    while (!shared->outcome)
        co_await shared->done.wait();
    co_return *std::move(shared->outcome);
}

}  // namespace skep::async
