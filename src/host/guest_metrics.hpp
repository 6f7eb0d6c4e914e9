#pragma once
// GuestMetrics: series that a service's guests count themselves.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "host/metric_names.hpp"

namespace skep::host {

// Any thread. At most kMaxSeries series: a guest cannot fill the memory with names.
class GuestMetrics {
public:
    static constexpr std::size_t kMaxSeries = 100;

    struct Series {
        MetricKind kind = MetricKind::counter;
        double value = 0;         // counter, gauge; the sum of a histogram
        std::uint64_t count = 0;  // observations of a histogram
    };

    explicit GuestMetrics(std::shared_ptr<MetricNames> names) : names_(std::move(names)) {}
    GuestMetrics(const GuestMetrics&) = delete;
    ~GuestMetrics();

    // Fail with `invalid_argument` for a name that Prometheus would not take for the kind, or a value that is not
    // finite (for counters: not ≥ 0); as MetricNames::take does; with `resource_exhausted` for one series too many.
    Result<> add(std::string_view name, double amount);
    Result<> set(std::string_view name, double value);
    Result<> record(std::string_view name, double value);

    // Every series that was accepted, by name; a counter's ends in `_total`.
    std::map<std::string, Series> snapshot() const;

private:
    Result<Series*> find(std::string_view name, MetricKind kind);

    std::shared_ptr<MetricNames> names_;
    mutable std::mutex mutex_;
    std::map<std::string, Series, std::less<>> series_;
};

}  // namespace skep::host
