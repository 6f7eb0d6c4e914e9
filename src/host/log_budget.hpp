#pragma once
// LogBudget: how many bytes a service may still log, on one io thread.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/clock.hpp"

namespace skep::host {

// A token bucket that holds one second's bytes.
class LogBudget {
public:
    LogBudget(std::uint64_t bytes_per_second, TimePoint now)
        : rate_(static_cast<double>(bytes_per_second)), left_(rate_), filled_(now) {}

    // Whether `bytes` may be logged now; what may not is counted.
    bool take(std::uint64_t bytes, TimePoint now) {
        const double seconds = std::chrono::duration<double>(now - filled_).count();
        left_ = std::min(rate_, left_ + seconds * rate_);
        filled_ = now;
        if (left_ < static_cast<double>(bytes)) {
            ++dropped_;
            return false;
        }
        left_ -= static_cast<double>(bytes);
        return true;
    }

    // How many lines were dropped since the last call.
    std::uint64_t take_dropped() { return std::exchange(dropped_, 0); }

private:
    double rate_;
    double left_;
    TimePoint filled_;
    std::uint64_t dropped_ = 0;
};

}  // namespace skep::host
