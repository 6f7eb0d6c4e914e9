#include "async/timer_wheel.hpp"

#include <algorithm>

namespace skep::async {
namespace {

constexpr auto kTick = std::chrono::milliseconds(1);

}  // namespace

std::uint64_t TimerWheel::tick_at_or_before(TimePoint when) const {
    return when <= start_ ? 0 : static_cast<std::uint64_t>((when - start_) / kTick);
}

void TimerWheel::arm(Timer& timer, TimePoint when) {
    timer.unlink();
    const std::uint64_t rounded_up = tick_at_or_before(when + kTick - Duration(1));
    timer.tick_ = std::max(rounded_up, current_ + 1);
    place(timer);
}

void TimerWheel::place(Timer& timer) {
    constexpr std::uint64_t kHorizon = (1ULL << (kLevels * kBits)) - 1;
    const std::uint64_t tick = std::min(timer.tick_, current_ + kHorizon);
    const std::uint64_t differing = tick ^ current_;
    int level = 0;
    while (level < kLevels - 1 && (differing >> ((level + 1) * kBits)) != 0)
        ++level;
    levels_[level].slots[(tick >> (level * kBits)) % kSlots].push_back(timer);
}

// The slot of `level` that the current tick has just entered is spread over the levels below.
void TimerWheel::cascade(int level) {
    Slot entered;
    entered.take_all(levels_[level].slots[(current_ >> (level * kBits)) % kSlots]);
    while (Timer* timer = entered.pop_front())
        place(*timer);
}

void TimerWheel::fire(Slot& slot) {
    Slot due;
    due.take_all(slot);
    while (Timer* timer = due.pop_front()) {
        if (timer->tick_ > current_)
            place(*timer);
        else
            timer->expired();
    }
}

void TimerWheel::advance(TimePoint now) {
    const std::uint64_t target = tick_at_or_before(now);
    while (current_ < target) {
        const auto next = next_tick();
        if (!next || *next > target) {
            current_ = target;
            return;
        }
        current_ = *next;
        for (int level = kLevels - 1; level > 0; --level) {
            if (current_ % (1ULL << (level * kBits)) == 0)
                cascade(level);
        }
        fire(levels_[0].slots[current_ % kSlots]);
    }
}

// The next tick at which a slot must be fired or spread: on each level, the slots after the current one
// up to the end of its round; what lies beyond stands on a higher level.
std::optional<std::uint64_t> TimerWheel::next_tick() const {
    for (int level = 0; level < kLevels; ++level) {
        const std::uint64_t position = current_ >> (level * kBits);
        const std::uint64_t round_end = (position | (kSlots - 1));
        for (std::uint64_t slot = position + 1; slot <= round_end; ++slot) {
            if (!levels_[level].slots[slot % kSlots].empty())
                return slot << (level * kBits);
        }
    }
    // Only the highest level wraps around.
    const std::uint64_t position = current_ >> ((kLevels - 1) * kBits);
    for (std::uint64_t slot = position + 1; slot <= position + kSlots; ++slot) {
        if (!levels_[kLevels - 1].slots[slot % kSlots].empty())
            return slot << ((kLevels - 1) * kBits);
    }
    return std::nullopt;
}

std::optional<TimePoint> TimerWheel::next_wake() const {
    const auto tick = next_tick();
    if (!tick)
        return std::nullopt;
    return start_ + *tick * kTick;
}

}  // namespace skep::async
