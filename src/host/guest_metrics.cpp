#include "host/guest_metrics.hpp"

#include <algorithm>
#include <cmath>

namespace skep::host {
namespace {

bool is_name_start(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_metric_name(std::string_view name) {
    const auto continues = [](char c) { return is_name_start(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && name.size() <= 128 && is_name_start(name.front()) && std::ranges::all_of(name, continues);
}

}  // namespace

Result<GuestMetrics::Series*> GuestMetrics::find(std::string_view name, Kind kind) {
    auto found = series_.find(name);
    if (found == series_.end()) {
        if (!is_metric_name(name))
            return fail("invalid_argument", "'{}' is no metric name: [a-zA-Z_][a-zA-Z0-9_]*, at most 128", name);
        if (series_.size() >= kMaxSeries)
            return fail("too_many_series", "a service has at most {} series", kMaxSeries);
        found = series_.emplace(std::string(name), Series{.kind = kind}).first;
    }
    if (found->second.kind != kind)
        return fail("metric_kind_differs", "the metric '{}' is of another kind", name);
    return &found->second;
}

Result<> GuestMetrics::add(std::string_view name, double amount) {
    if (!std::isfinite(amount) || amount < 0)
        return fail("invalid_argument", "a counter grows by a number that is not negative");
    const std::lock_guard lock(mutex_);
    TRY(Series* const series, find(name, Kind::counter));
    series->value += amount;
    return {};
}

Result<> GuestMetrics::set(std::string_view name, double value) {
    if (!std::isfinite(value))
        return fail("invalid_argument", "a gauge is set to a finite number");
    const std::lock_guard lock(mutex_);
    TRY(Series* const series, find(name, Kind::gauge));
    series->value = value;
    return {};
}

Result<> GuestMetrics::record(std::string_view name, double value) {
    if (!std::isfinite(value))
        return fail("invalid_argument", "a histogram records finite numbers");
    const std::lock_guard lock(mutex_);
    TRY(Series* const series, find(name, Kind::histogram));
    series->value += value;
    ++series->count;
    return {};
}

std::map<std::string, GuestMetrics::Series> GuestMetrics::snapshot() const {
    const std::lock_guard lock(mutex_);
    return {series_.begin(), series_.end()};
}

}  // namespace skep::host
