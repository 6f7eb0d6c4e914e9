#pragma once
// Clock: the only source of time. Injected everywhere, so that tests run in virtual time.

#include <chrono>

namespace skep {

using TimePoint = std::chrono::steady_clock::time_point;
using WallTime = std::chrono::system_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

class Clock {
public:
    virtual ~Clock() = default;

    // Time that only moves forward; for deadlines and durations.
    virtual TimePoint now() const = 0;

    // Time of day (UTC); for logs and certificates, never for durations.
    virtual WallTime wall_now() const = 0;
};

// The machine's clocks.
class SystemClock final : public Clock {
public:
    TimePoint now() const override;
    WallTime wall_now() const override;
};

}  // namespace skep
