#pragma once
// MetricNames: what kind of metric each name of the guests' is, over all services.

#include <array>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skep::host {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

// "a counter", "a gauge", "a histogram".
std::string_view with_article(MetricKind kind);

// One name stands for one kind in all services, since /metrics shows it as one family. Any thread.
class MetricNames {
public:
    // What the platform shows itself under the guests' prefix, skep_guest_.
    static constexpr std::array<std::string_view, 2> kOwn{"slots", "slots_used"};

    // Takes `name`, a counter's without its `_total`, for `kind` until it is released as often. Fails with
    // `metric_kind_differs` where it stands for another kind, and with `metric_name_reserved` where it is the
    // platform's.
    Result<> take(const std::string& name, MetricKind kind);
    void release(const std::string& name);

private:
    struct Use {
        MetricKind kind;
        std::size_t users = 0;
    };

    std::mutex mutex_;
    std::map<std::string, Use> uses_;
};

}  // namespace skep::host
