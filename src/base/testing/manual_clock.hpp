#pragma once
// A clock that moves only when a test moves it.

#include "base/clock.hpp"

namespace skep {

class ManualClock final : public Clock {
public:
    TimePoint now() const override { return now_; }
    WallTime wall_now() const override {
        return WallTime(std::chrono::seconds(1'767'225'600)) +  // 2026-01-01T00:00:00Z
               std::chrono::duration_cast<WallTime::duration>(now_.time_since_epoch() - set_back_);
    }
    void advance(Duration by) { now_ += by; }
    // Sets the time of day back.
    void set_back(Duration by) { set_back_ += by; }

private:
    TimePoint now_{std::chrono::hours(1)};
    Duration set_back_{};
};

}  // namespace skep
