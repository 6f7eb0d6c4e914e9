#include "telemetry/prometheus.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace skep::telemetry {
namespace {

void append_label_value(std::string& out, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"')
            (out += '\\') += c;
        else if (c == '\n')
            out += "\\n";
        else
            out += c;
    }
}

void append_labels(std::string& out, const Labels& labels) {
    if (labels.empty())
        return;
    char separator = '{';
    for (const auto& [name, value] : labels) {
        out += separator;
        out += name;
        out += "=\"";
        append_label_value(out, value);
        out += '"';
        separator = ',';
    }
    out += '}';
}

struct StatsFamily {
    std::string_view name;
    std::string_view type;
    std::string_view help;
    double (*value)(const mesh::ServiceStats&);
};

double number(std::uint64_t value) {
    return static_cast<double>(value);
}

constexpr StatsFamily kStatsFamilies[] = {
    {"skep_service_requests_total", "counter", "Requests to the service.",
     [](const mesh::ServiceStats& stats) { return number(stats.requests.value()); }},
    {"skep_service_client_errors_total", "counter", "Requests answered with a 4xx.",
     [](const mesh::ServiceStats& stats) { return number(stats.client_errors.value()); }},
    {"skep_service_errors_total", "counter", "Requests answered with a 5xx or not at all.",
     [](const mesh::ServiceStats& stats) { return number(stats.server_errors.value()); }},
    {"skep_service_cancelled_total", "counter", "Requests whose caller went away.",
     [](const mesh::ServiceStats& stats) { return number(stats.cancelled.value()); }},
    {"skep_service_rejected_total", "counter", "Requests that found no place.",
     [](const mesh::ServiceStats& stats) { return number(stats.rejected.value()); }},
    {"skep_service_cpu_seconds_total", "counter", "Running time of the service's guests.",
     [](const mesh::ServiceStats& stats) { return number(stats.cpu_ns.value()) / 1e9; }},
    {"skep_service_running", "gauge", "Requests running now.",
     [](const mesh::ServiceStats& stats) { return static_cast<double>(stats.running.load()); }},
};

void write_services(PrometheusWriter& out, const std::vector<const ServiceReport*>& services) {
    for (const StatsFamily& family : kStatsFamilies) {
        out.family(family.name, family.type, family.help);
        for (const ServiceReport* service : services)
            out.sample(family.name, {{"service", service->name}}, family.value(*service->stats));
    }
    constexpr std::string_view kDuration = "skep_service_duration_seconds";
    out.family(kDuration, "histogram", "Time until the response head.");
    for (const ServiceReport* service : services)
        out.histogram(kDuration, {{"service", service->name}}, service->stats->duration);
    constexpr std::string_view kUp = "skep_service_up";
    out.family(kUp, "gauge", "1 where the service runs.");
    for (const ServiceReport* service : services)
        out.sample(kUp, {{"service", service->name}}, service->state == "running" ? 1 : 0);
}

struct StoreFamily {
    std::string_view name;
    std::string_view type;
    std::string_view help;
    double (*value)(const StoreReport&);
};

// clang-format off: one row, one line.
constexpr StoreFamily kStoreFamilies[] = {
    {"skep_store_up", "gauge", "0 where the store is closed after a failure.", [](const StoreReport& store) { return store.state == "failed" ? 0.0 : 1.0; }},
    {"skep_store_bytes", "gauge", "Size of the store's files.", [](const StoreReport& store) { return number(store.bytes); }},
    {"skep_store_wal_bytes", "gauge", "Size of the store's write-ahead log, one of its files.", [](const StoreReport& store) { return number(store.wal_bytes); }},
    {"skep_store_quota_bytes", "gauge", "Size that the store may reach.", [](const StoreReport& store) { return number(store.quota_bytes); }},
    {"skep_store_migrations", "gauge", "Migrations applied.", [](const StoreReport& store) { return number(store.migrations); }},
    {"skep_store_turns_total", "counter", "Handlers that held the right to write.", [](const StoreReport& store) { return number(store.turns); }},
    {"skep_store_turn_wait_seconds_total", "counter", "Time that handlers waited for the right to write.", [](const StoreReport& store) { return store.turn_wait_seconds; }},
    {"skep_store_batches_total", "counter", "Transactions shared by handlers.", [](const StoreReport& store) { return number(store.batches); }},
    {"skep_store_batch_handlers_total", "counter", "Handlers in shared transactions.", [](const StoreReport& store) { return number(store.batch_handlers); }},
    {"skep_store_dropped_batches_total", "counter", "Shared transactions that were rolled back as a whole.", [](const StoreReport& store) { return number(store.dropped_batches); }},
    {"skep_store_conflicts_total", "counter", "Handlers whose reads were stale when they wrote.", [](const StoreReport& store) { return number(store.conflicts); }},
    {"skep_store_reruns_total", "counter", "Handlers that were run a second time.", [](const StoreReport& store) { return number(store.reruns); }},
    {"skep_store_replays_total", "counter", "Replies given from the record of an idempotency key.", [](const StoreReport& store) { return number(store.replays); }},
    {"skep_store_flushes_total", "counter", "Flushes of the write-ahead log.", [](const StoreReport& store) { return number(store.flushes); }},
    {"skep_store_flush_seconds_total", "counter", "Time that flushes took.", [](const StoreReport& store) { return store.flush_seconds; }},
    {"skep_store_inline_statements_total", "counter", "Statements run on an io thread.", [](const StoreReport& store) { return number(store.inline_statements); }},
    {"skep_store_pool_statements_total", "counter", "Statements run on a thread of the pool.", [](const StoreReport& store) { return number(store.pool_statements); }},
};
// clang-format on

void write_stores(PrometheusWriter& out, const std::vector<const ServiceReport*>& services) {
    if (std::ranges::none_of(services, [](const ServiceReport* service) { return service->store.has_value(); }))
        return;
    for (const StoreFamily& family : kStoreFamilies) {
        out.family(family.name, family.type, family.help);
        for (const ServiceReport* service : services) {
            if (service->store)
                out.sample(family.name, {{"service", service->name}}, family.value(*service->store));
        }
    }
}

// Each family once, though several services may use the same name; a name that two use for different types keeps the
// first.
void write_own_series(PrometheusWriter& out, const std::vector<const ServiceReport*>& services) {
    std::map<std::string, std::vector<std::pair<const ServiceReport*, const OwnSeries*>>> families;
    for (const ServiceReport* service : services) {
        for (const OwnSeries& series : service->own_series)
            families["skep_guest_" + series.name].emplace_back(service, &series);
    }
    for (const auto& [name, members] : families) {
        const std::string& type = members.front().second->type;
        out.family(name, type, "Counted by guests.");
        for (const auto& [service, series] : members) {
            if (series->type != type)
                continue;
            const Labels labels{{"service", service->name}};
            if (type != "summary") {
                out.sample(name, labels, series->value);
                continue;
            }
            out.sample(name + "_sum", labels, series->value);
            out.sample(name + "_count", labels, number(series->count));
        }
    }
}

void write_process(PrometheusWriter& out, const ProcessReport& process) {
    const auto one = [&out](std::string_view name, std::string_view type, std::string_view help, double value) {
        out.family(name, type, help);
        out.sample(name, {}, value);
    };
    out.family("skep_build_info", "gauge", "The version that runs.");
    out.sample("skep_build_info", {{"version", process.version}}, 1);
    one("skep_uptime_seconds", "gauge", "Time since the start.", process.uptime_seconds);
    one("skep_ready", "gauge", "1 where requests are served.", process.ready ? 1 : 0);
    one("process_resident_memory_bytes", "gauge", "Resident memory.", number(process.resident_bytes));
    one("process_cpu_seconds_total", "counter", "CPU time, user and system.", process.cpu_seconds);
    one("skep_guest_slots", "gauge", "Guest instances that can be alive at once.", number(process.slots));
    one("skep_guest_slots_used", "gauge", "Guest instances alive.", number(process.slots_used));
    one("skep_connections", "gauge", "Client connections.", number(process.connections));
    one("skep_log_lines_dropped_total", "counter", "Log lines that were not written in time.",
        number(process.log_lines_dropped));
}

}  // namespace

double error_rate(const mesh::ServiceStats& stats) {
    const std::uint64_t requests = stats.requests.value();
    return requests == 0 ? 0 : number(stats.server_errors.value()) / number(requests);
}

void PrometheusWriter::family(std::string_view name, std::string_view type, std::string_view help) {
    text_ += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
}

void PrometheusWriter::sample(std::string_view name, const Labels& labels, double value) {
    text_ += name;
    append_labels(text_, labels);
    const bool is_whole = std::abs(value) < 9e15 && value == std::floor(value);
    text_ += is_whole ? fmt::format(" {}\n", static_cast<std::int64_t>(value)) : fmt::format(" {}\n", value);
}

void PrometheusWriter::histogram(std::string_view name, const Labels& labels, const Histogram& histogram) {
    const std::string bucket = fmt::format("{}_bucket", name);
    for (int octave = 0; octave < Histogram::kOctaves; ++octave) {
        const auto bound = Histogram::upper_bound(static_cast<std::size_t>(octave) * Histogram::kPerOctave);
        const std::string seconds = fmt::format("{}", static_cast<double>(bound.count()) / 1e9);
        Labels with_bound = labels;
        with_bound.emplace_back("le", seconds);
        sample(bucket, with_bound, number(histogram.count_up_to(bound)));
    }
    Labels all = labels;
    all.emplace_back("le", "+Inf");
    const std::uint64_t count = histogram.count();
    sample(bucket, all, number(count));
    sample(fmt::format("{}_sum", name), labels, histogram.sum_seconds());
    sample(fmt::format("{}_count", name), labels, number(count));
}

std::string prometheus_text(const ProcessReport& process, const std::vector<ServiceReport>& services) {
    PrometheusWriter out;
    write_process(out, process);
    std::vector<const ServiceReport*> all;
    for (const ServiceReport& service : services)
        all.push_back(&service);
    write_services(out, all);
    write_stores(out, all);
    write_own_series(out, all);
    return out.take();
}

std::string prometheus_text(const ServiceReport& service) {
    PrometheusWriter out;
    write_services(out, {&service});
    write_stores(out, {&service});
    write_own_series(out, {&service});
    return out.take();
}

}  // namespace skep::telemetry
