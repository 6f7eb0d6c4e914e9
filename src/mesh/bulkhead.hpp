#pragma once
// Bulkhead: how many calls of one service run at once, and how many may wait.

#include <chrono>
#include <cstdint>

#include "async/loop.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace skep::mesh {

// Belongs to one io thread. First come, first served.
class Bulkhead {
public:
    struct Limits {
        std::uint32_t running = 1024;
        std::uint32_t queued = 1024;
        std::chrono::milliseconds wait{5'000};
    };

    Bulkhead(async::Loop& loop, Limits limits) : loop_(loop), limits_(limits) {}
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

    std::uint32_t running() const { return running_; }
    std::uint32_t queued() const { return queued_; }

private:
    class Waiter;
    void release();

    async::Loop& loop_;
    Limits limits_;
    std::uint32_t running_ = 0;
    std::uint32_t queued_ = 0;
    async::IntrusiveList<Waiter> waiters_;
};

}  // namespace skep::mesh
