#pragma once
// ServiceReport: one service as status, metrics and health show it.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mesh/service_stats.hpp"

namespace skep::telemetry {

// A series that the service's own guests count.
struct OwnSeries {
    std::string name;
    std::string type;  // "counter", "gauge" or "summary"
    double value = 0;  // the sum of a summary
    std::uint64_t count = 0;
};

// A service's store. What is counted is since the process began.
struct StoreReport {
    std::string state;            // "closed" (nobody uses it now), "open" or "failed"
    std::string error;            // why it failed
    std::uint64_t bytes = 0;      // of all its files
    std::uint64_t wal_bytes = 0;  // of these, the write-ahead log's
    std::uint64_t quota_bytes = 0;
    std::uint64_t migrations = 0;  // applied
    std::uint64_t turns = 0;       // handlers that held the right to write
    double turn_wait_seconds = 0;
    std::uint64_t batches = 0;
    std::uint64_t batch_handlers = 0;  // handlers in all of them
    std::uint64_t dropped_batches = 0;
    std::uint64_t conflicts = 0;  // handlers whose reads were stale when they wrote
    std::uint64_t reruns = 0;
    std::uint64_t replays = 0;  // replies given from the record of a key
    std::uint64_t flushes = 0;
    double flush_seconds = 0;
    std::uint64_t inline_statements = 0;  // on an io thread
    std::uint64_t pool_statements = 0;
};

struct ServiceReport {
    std::string name;
    std::string version;
    std::string kind;  // "http 0.2", "http 0.3", "cgi", "process"
    std::string revision;
    std::string state;  // "running", "failed"
    std::string error;  // why it failed, or why its last reload did
    std::vector<std::string> routes;
    std::uint64_t module_bytes = 0;
    std::shared_ptr<const mesh::ServiceStats> stats;  // merged over all io threads
    std::vector<OwnSeries> own_series;
    std::optional<StoreReport> store;
    bool health_endpoint = true;
    bool metrics_endpoint = true;

    bool is_healthy() const { return state == "running" && (!store || store->state != "failed"); }
};

// The process as a whole.
struct ProcessReport {
    std::string application;
    std::string version;
    std::string started_at;  // RFC 3339
    double uptime_seconds = 0;
    std::uint64_t resident_bytes = 0;
    double cpu_seconds = 0;
    bool ready = false;
    std::uint32_t slots = 0;
    std::uint32_t slots_used = 0;
    std::uint64_t log_lines_dropped = 0;
    std::uint64_t connections = 0;
};

// Where reports come from. Any thread.
class Reports {
public:
    virtual ~Reports() = default;
    virtual std::vector<ServiceReport> services() const = 0;
    virtual std::optional<ServiceReport> service(std::string_view name) const = 0;
    virtual ProcessReport process() const = 0;
};

// Requests that failed, over all: 0 where there were none.
double error_rate(const mesh::ServiceStats& stats);

}  // namespace skep::telemetry
