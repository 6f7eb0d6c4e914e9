#pragma once
// SlotQueue: the runs of one io thread that wait for a guest slot.

#include <chrono>

#include "async/loop.hpp"
#include "async/task.hpp"
#include "base/result.hpp"
#include "runtime/slot_ledger.hpp"

namespace skep::runtime {

class SlotQueue;

// A slot of the ledger; given back when it is destroyed.
class Slot {
public:
    Slot() = default;
    explicit Slot(SlotQueue& queue) : queue_(&queue) {}
    Slot(Slot&& other) noexcept : queue_(std::exchange(other.queue_, nullptr)) {}
    Slot& operator=(Slot&& other) noexcept {
        std::swap(queue_, other.queue_);
        return *this;
    }
    ~Slot();

private:
    SlotQueue* queue_ = nullptr;
};

// Belongs to one io thread; outlives its slots. Takes turns with the other threads' queues in the ledger's line.
class SlotQueue {
public:
    static constexpr std::size_t kMaxWaiters = 1024;

    SlotQueue(async::Loop& loop, SlotLedger& ledger) : loop_(loop), ledger_(ledger) {}

    bool try_take(int depth, Slot& slot) {
        if (!ledger_.try_take(depth))
            return false;
        slot = Slot(*this);
        return true;
    }

    // Waits for its turn, at most `patience`. Fails with `no_free_instance`.
    async::Task<Result<Slot>> take(int depth, std::chrono::milliseconds patience);

    std::size_t waiting() const { return waiting_; }

private:
    friend class Slot;
    class Waiter;

    async::Loop& loop_;
    SlotLedger& ledger_;
    std::size_t waiting_ = 0;
};

}  // namespace skep::runtime
