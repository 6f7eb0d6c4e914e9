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

constexpr std::string_view kCounterSuffix = "_total";

// A counter's name without its suffix, which is optional.
std::string base_name(std::string_view name, MetricKind kind) {
    if (kind == MetricKind::counter && name.ends_with(kCounterSuffix))
        name.remove_suffix(kCounterSuffix.size());
    return std::string(name);
}

std::string shown_name(std::string base, MetricKind kind) {
    return kind == MetricKind::counter ? base.append(kCounterSuffix) : base;
}

// Only series of other kinds, or of OpenMetrics, have names that end so; the prefix ends in '_'.
Result<> check_suffix(std::string_view name, MetricKind kind) {
    if (kind == MetricKind::counter)
        return {};
    for (const std::string_view suffix : {"_total", "_bucket", "_sum", "_count", "_info"}) {
        if (name.ends_with(suffix) || name == suffix.substr(1))
            return fail("invalid_argument", "the metric '{}' ends in '{}', which the name of {} does not", name, suffix,
                        with_article(kind));
    }
    return {};
}

}  // namespace

GuestMetrics::~GuestMetrics() {
    for (const auto& [name, series] : series_)
        names_->release(base_name(name, series.kind));
}

Result<GuestMetrics::Series*> GuestMetrics::find(std::string_view name, MetricKind kind) {
    if (const auto found = series_.find(name); found != series_.end() && found->second.kind == kind)
        return &found->second;
    const std::string base = base_name(name, kind);
    std::string shown = shown_name(base, kind);
    if (const auto found = series_.find(shown); found != series_.end() && found->second.kind == kind)
        return &found->second;
    if (!is_metric_name(name) || base.empty())
        return fail("invalid_argument", "'{}' is no metric name: [a-zA-Z_][a-zA-Z0-9_]*, at most 128", name);
    TRY_DO(check_suffix(name, kind));
    if (series_.size() >= kMaxSeries)
        return fail("too_many_series", "a service has at most {} series", kMaxSeries);
    TRY_DO(names_->take(base, kind));
    return &series_.emplace(std::move(shown), Series{.kind = kind}).first->second;
}

Result<> GuestMetrics::add(std::string_view name, double amount) {
    if (!std::isfinite(amount) || amount < 0)
        return fail("invalid_argument", "a counter grows by a number that is not negative");
    const std::lock_guard lock(mutex_);
    TRY(Series* const series, find(name, MetricKind::counter));
    series->value += amount;
    return {};
}

Result<> GuestMetrics::set(std::string_view name, double value) {
    if (!std::isfinite(value))
        return fail("invalid_argument", "a gauge is set to a finite number");
    const std::lock_guard lock(mutex_);
    TRY(Series* const series, find(name, MetricKind::gauge));
    series->value = value;
    return {};
}

Result<> GuestMetrics::record(std::string_view name, double value) {
    if (!std::isfinite(value))
        return fail("invalid_argument", "a histogram records finite numbers");
    const std::lock_guard lock(mutex_);
    TRY(Series* const series, find(name, MetricKind::histogram));
    series->value += value;
    ++series->count;
    return {};
}

std::map<std::string, GuestMetrics::Series> GuestMetrics::snapshot() const {
    const std::lock_guard lock(mutex_);
    return {series_.begin(), series_.end()};
}

}  // namespace skep::host
