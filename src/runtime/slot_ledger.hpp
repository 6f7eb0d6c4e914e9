#pragma once
// SlotLedger: who may take a guest slot, so that nested calls always find one.

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>

namespace skep::runtime {

// A call of depth d takes a slot only while more than `reserve - d` are free. So calls from outside never hold every
// slot while they wait for deeper ones: after any take at depth d there is a slot left for depth d + 1. The reserve is
// a quarter of the slots, and one for each depth that is permitted.
//
// Who waits stands in one line, deeper calls first, those of one depth in the order in which they came: nobody takes a
// slot past them. Shared by all io threads.
class SlotLedger {
public:
    // A place in the line. Leaves it by `withdraw` before it is destroyed.
    class Waiter {
    public:
        virtual ~Waiter() = default;

    private:
        friend class SlotLedger;
        enum class State { idle, waiting, granted };

        // A slot is its own now. Called by any thread with the line locked: must not use the ledger.
        virtual void granted() = 0;

        State state_ = State::idle;
    };

    SlotLedger(std::uint32_t slots, int call_depth)
        : free_(static_cast<std::int64_t>(slots)),
          reserve_(std::min<std::int64_t>(std::max<std::int64_t>(slots / 4, call_depth), std::int64_t{slots} - 1)) {}

    // Fails where none is free for that depth, and where somebody of that depth or deeper waits.
    bool try_take(int depth);

    // The next in the line gets it, whichever thread it is on.
    void give_back();

    // Joins the line. What can be granted at once is.
    void enlist(Waiter& waiter, int depth);

    // Leaves the line. Whether it was granted a slot, which the caller has now.
    bool withdraw(Waiter& waiter);

    std::int64_t free() const { return free_.load(std::memory_order_relaxed); }

private:
    using Line = std::multimap<int, Waiter*, std::greater<>>;

    bool take_free(int depth);
    void grant_in_order();

    std::atomic<std::int64_t> free_;
    std::int64_t reserve_;
    std::atomic<std::uint32_t> waiting_ = 0;
    std::mutex mutex_;
    Line line_;
};

}  // namespace skep::runtime
