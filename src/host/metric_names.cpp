#include "host/metric_names.hpp"

#include <algorithm>

#include "base/check.hpp"

namespace skep::host {

std::string_view with_article(MetricKind kind) {
    switch (kind) {
        case MetricKind::counter:
            return "a counter";
        case MetricKind::gauge:
            return "a gauge";
        case MetricKind::histogram:
            return "a histogram";
    }
    return "a metric";
}

Result<> MetricNames::take(const std::string& name, MetricKind kind) {
    if (std::ranges::find(kOwn, name) != kOwn.end())
        return fail("metric_name_reserved", "the metric 'skep_guest_{}' is Skep's own", name);
    const std::lock_guard lock(mutex_);
    Use& use = uses_.try_emplace(name, Use{kind}).first->second;
    if (use.kind != kind)
        return fail("metric_kind_differs", "the metric '{}' is {}, in this service or another, not {}", name,
                    with_article(use.kind), with_article(kind));
    ++use.users;
    return {};
}

void MetricNames::release(const std::string& name) {
    const std::lock_guard lock(mutex_);
    const auto found = uses_.find(name);
    CHECK(found != uses_.end());
    if (--found->second.users == 0)
        uses_.erase(found);
}

}  // namespace skep::host
