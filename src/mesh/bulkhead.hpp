#pragma once
// Bulkhead: how many calls of one service run at once, and how many may wait.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "async/loop.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace skep::mesh {

// The calls of one service on all io threads, which the bulkheads of those threads share.
struct Occupancy {
    std::atomic<std::uint32_t> running = 0;
    std::atomic<std::uint32_t> queued = 0;
};

// Belongs to one io thread. First come, first served on that thread; between threads nobody waits much longer than
// others. A place that another thread gave back is noticed within a millisecond.
class Bulkhead {
public:
    struct Limits {
        std::uint32_t running = 1024;
        std::uint32_t queued = 1024;
        std::chrono::milliseconds wait{5'000};
    };

    Bulkhead(async::Loop& loop, Limits limits, std::shared_ptr<Occupancy> occupancy = std::make_shared<Occupancy>());
    Bulkhead(const Bulkhead&) = delete;
    Bulkhead& operator=(const Bulkhead&) = delete;

    // The right to run; given back when it is destroyed. The bulkhead outlives it.
    class Permit {
    public:
        Permit() = default;
        explicit Permit(Bulkhead& bulkhead) : bulkhead_(&bulkhead) {}
        Permit(Permit&& other) noexcept : bulkhead_(std::exchange(other.bulkhead_, nullptr)) {}
        Permit& operator=(Permit&& other) noexcept {
            std::swap(bulkhead_, other.bulkhead_);
            return *this;
        }
        ~Permit() {
            if (bulkhead_ != nullptr)
                bulkhead_->release();
        }

    private:
        Bulkhead* bulkhead_ = nullptr;
    };

    // A permit where one is free and nobody waits; else a permit that holds nothing (`false`).
    bool try_acquire(Permit& permit);

    // Waits for a permit. Fails with `service_busy` where the queue is full or the wait took too long.
    async::Task<Result<Permit>> acquire();

    // On all threads.
    std::uint32_t running() const { return occupancy_->running.load(std::memory_order_relaxed); }
    std::uint32_t queued() const { return occupancy_->queued.load(std::memory_order_relaxed); }

private:
    class Waiter;
    // Looks for places that other threads gave back, while somebody waits here.
    struct Retry final : async::Timer {
        explicit Retry(Bulkhead& owner) : bulkhead(owner) {}
        void expired() override { bulkhead.serve_waiters(); }
        Bulkhead& bulkhead;
    };

    bool take_place();
    void serve_waiters();
    void release();

    async::Loop& loop_;
    Limits limits_;
    std::shared_ptr<Occupancy> occupancy_;
    std::uint32_t waiting_here_ = 0;
    std::uint32_t handed_on_ = 0;  // places, in a row, that stayed on this thread
    async::IntrusiveList<Waiter> waiters_;
    Retry retry_{*this};
};

}  // namespace skep::mesh
