#pragma once
// SlotLedger: who may take a guest slot, so that nested calls always find one.

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace skep::runtime {

// A call of depth d takes a slot only while more than `reserve - d` are free. So calls from outside never hold every
// slot while they wait for deeper ones: after any take at depth d there is a slot left for depth d + 1. The reserve is
// a quarter of the slots, and one for each depth that is permitted.
//
// Shared by all io threads.
class SlotLedger {
public:
    SlotLedger(std::uint32_t slots, int call_depth)
        : free_(static_cast<std::int64_t>(slots)),
          reserve_(std::min<std::int64_t>(std::max<std::int64_t>(slots / 4, call_depth), std::int64_t{slots} - 1)) {}

    bool try_take(int depth) {
        const std::int64_t floor = std::max<std::int64_t>(reserve_ - depth, 0);
        std::int64_t free = free_.load(std::memory_order_relaxed);
        while (free > floor) {
            if (free_.compare_exchange_weak(free, free - 1, std::memory_order_acq_rel))
                return true;
        }
        return false;
    }

    void give_back() { free_.fetch_add(1, std::memory_order_acq_rel); }

    std::int64_t free() const { return free_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::int64_t> free_;
    std::int64_t reserve_;
};

}  // namespace skep::runtime
