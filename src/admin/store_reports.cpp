#include "admin/store_reports.hpp"

namespace skep::admin {
namespace {

double seconds(std::uint64_t nanoseconds) {
    return static_cast<double>(nanoseconds) / 1e9;
}

}  // namespace

telemetry::StoreReport StoreReports::of(const store::ServiceStore& store) const {
    const store::FileSizes sizes = sizes_of(store);
    const store::StoreCounters& counters = store.counters();
    const auto trouble = store.trouble();
    telemetry::StoreReport report{.state = trouble           ? "failed"
                                           : store.is_open() ? "open"
                                                             : "closed",
                                  .error = trouble ? trouble->to_string() : "",
                                  .bytes = sizes.bytes,
                                  .wal_bytes = sizes.wal_bytes,
                                  .quota_bytes = store.settings().limits.quota_bytes};
    report.turns = counters.turns;
    report.turn_wait_seconds = seconds(counters.turn_wait_ns);
    report.batches = counters.batches;
    report.batch_handlers = counters.batch_handlers;
    report.dropped_batches = counters.dropped_batches;
    report.conflicts = counters.conflicts;
    report.reruns = counters.reruns;
    report.replays = counters.replays;
    report.flushes = counters.flushes;
    report.flush_seconds = seconds(counters.flush_ns);
    report.inline_statements = counters.inline_statements;
    report.pool_statements = counters.pool_statements;
    return report;
}

store::FileSizes StoreReports::sizes_of(const store::ServiceStore& store) const {
    const TimePoint used = store.last_used();
    const bool is_open = store.is_open();
    const std::lock_guard lock(mutex_);
    const auto [found, is_new] = looks_.try_emplace(store.settings().service.value());
    if (!is_new && !is_open && found->second.seen == used)
        return found->second.sizes;
    const auto sizes = store::file_sizes(store.settings().folder);
    // An open one may still grow.
    found->second = {is_open ? TimePoint::max() : used, sizes.value_or(store::FileSizes())};
    return found->second.sizes;
}

}  // namespace skep::admin
