#pragma once
// GuestMetrics: series that a service's guests count themselves.

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "observability/histogram.hpp"

namespace skep::host {

// Any thread. At most kMaxSeries series: a guest cannot fill the memory with names.
class GuestMetrics {
public:
    static constexpr std::size_t kMaxSeries = 100;

    enum class Kind : std::uint8_t { counter, gauge, histogram };
    struct Series {
        Kind kind = Kind::counter;
        double value = 0;         // counter, gauge; the sum of a histogram
        std::uint64_t count = 0;  // observations of a histogram
    };

    // Fail with `invalid_argument` for a name that Prometheus would not take or that stands for another kind, or a
    // value that is not finite (for counters: not ≥ 0); with `resource_exhausted` for one series too many.
    Result<> add(std::string_view name, double amount);
    Result<> set(std::string_view name, double value);
    Result<> record(std::string_view name, double value);

    std::map<std::string, Series> snapshot() const;

private:
    Result<Series*> find(std::string_view name, Kind kind);

    mutable std::mutex mutex_;
    std::map<std::string, Series, std::less<>> series_;
};

}  // namespace skep::host
