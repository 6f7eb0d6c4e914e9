#pragma once
// WorkPool: where blocking work runs; a port, so that a test decides when.

#include <functional>
#include <memory>
#include <optional>
#include <type_traits>

#include "async/loop.hpp"
#include "async/signal.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace skep::async {

// Any thread may use it.
class WorkPool {
public:
    virtual ~WorkPool() = default;

    // Queues `work`; false where the queue is full.
    virtual bool submit(std::function<void()> work) = 0;

    // Runs `work` (returning Result<T>) in the pool and gives its result on `loop`, which outlives the work.
    // Cancelling abandons the result, not the work. Fails with `resource_exhausted` when the queue is full.
    template <typename Work>
    auto run(Loop& loop, Work work) -> Task<std::invoke_result_t<Work>>;
};

template <typename Work>
auto WorkPool::run(Loop& loop, Work work) -> Task<std::invoke_result_t<Work>> {
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
