#pragma once
// Timers of one loop: arm and disarm in constant time, because almost none of them ever fires.

#include <array>
#include <cstdint>
#include <optional>

#include "async/intrusive_list.hpp"
#include "base/clock.hpp"

namespace skep::async {

// Something to do at a time. Disarmed by being destroyed.
class Timer : public ListNode {
public:
    virtual ~Timer() = default;

    bool is_armed() const { return is_linked(); }
    void disarm() { unlink(); }

protected:
    // Called once, by the loop, disarmed already. May arm again, destroy itself, or arm others.
    virtual void expired() = 0;

private:
    friend class TimerWheel;
    std::uint64_t tick_ = 0;
};

// A hierarchical timing wheel (Varghese and Lauck, 1987): four levels of 256 slots, ticks of 1 ms; a timer
// never fires early and at most one tick late. Deadlines past 49 days are brought forward and armed anew.
class TimerWheel {
public:
    explicit TimerWheel(TimePoint start) : start_(start) {}

    // (Re)arms `timer` for `when`; a time that has passed fires at the next advance.
    void arm(Timer& timer, TimePoint when);

    // Fires every timer due at `now`, in order of their ticks.
    void advance(TimePoint now);

    // When `advance` should be called next: the time of the earliest timer or earlier. Empty: no timers.
    std::optional<TimePoint> next_wake() const;

private:
    static constexpr int kLevels = 4;
    static constexpr int kBits = 8;
    static constexpr std::uint64_t kSlots = 1U << kBits;

    using Slot = IntrusiveList<Timer>;
    struct Level {
        std::array<Slot, kSlots> slots;
    };

    std::uint64_t tick_at_or_before(TimePoint when) const;
    void place(Timer& timer);
    void cascade(int level);
    void fire(Slot& slot);
    std::optional<std::uint64_t> next_tick() const;

    TimePoint start_;
    std::uint64_t current_ = 0;  // every tick up to and including this one has been fired
    std::array<Level, kLevels> levels_;
};

}  // namespace skep::async
