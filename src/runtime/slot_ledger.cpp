#include "runtime/slot_ledger.hpp"

#include <utility>

namespace skep::runtime {

bool SlotLedger::try_take(int depth) {
    if (waiting_.load() > 0) {
        const std::lock_guard lock(mutex_);
        if (!line_.empty() && depth <= line_.begin()->first)
            return false;
    }
    return take_free(depth);
}

bool SlotLedger::take_free(int depth) {
    const std::int64_t floor = std::max<std::int64_t>(reserve_ - depth, 0);
    std::int64_t free = free_.load();
    while (free > floor) {
        if (free_.compare_exchange_weak(free, free - 1))
            return true;
    }
    return false;
}

// Here and in `enlist` each side first writes its own counter, then reads the other's: one of them sees both.
void SlotLedger::give_back() {
    free_.fetch_add(1);
    if (waiting_.load() == 0)
        return;
    const std::lock_guard lock(mutex_);
    grant_in_order();
}

void SlotLedger::enlist(Waiter& waiter, int depth) {
    const std::lock_guard lock(mutex_);
    waiter.state_ = Waiter::State::waiting;
    line_.emplace(depth, &waiter);
    waiting_.fetch_add(1);
    grant_in_order();
}

bool SlotLedger::withdraw(Waiter& waiter) {
    const std::lock_guard lock(mutex_);
    const auto before = std::exchange(waiter.state_, Waiter::State::idle);
    if (before == Waiter::State::waiting) {
        std::erase_if(line_, [&](const Line::value_type& place) { return place.second == &waiter; });
        waiting_.fetch_sub(1);
    }
    return before == Waiter::State::granted;
}

// Who stands first needs the fewest free slots, so where there is none for it there is none for the others.
void SlotLedger::grant_in_order() {
    while (!line_.empty() && take_free(line_.begin()->first)) {
        Waiter& next = *line_.begin()->second;
        line_.erase(line_.begin());
        waiting_.fetch_sub(1);
        next.state_ = Waiter::State::granted;
        next.granted();
    }
}

}  // namespace skep::runtime
