#include "manifest/detail/keys.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "manifest/detail/contains.hpp"
#include "manifest/units.hpp"

namespace skep::manifest {
namespace {

using enum ValueType;

constexpr std::int64_t kDay = 86'400'000;
constexpr std::int64_t kGiB = 1LL << 30;
constexpr std::int64_t kMiB = 1LL << 20;
constexpr std::int64_t kMillion = 1'000'000;

constexpr auto kStores = std::to_array<std::string_view>({"sqlite"});
constexpr auto kTransactionModes = std::to_array<std::string_view>({"late", "turn"});
constexpr auto kBatchModes = std::to_array<std::string_view>({"shared", "alone"});

#define SKEP_FIELD(place) [](Target& target) -> auto& { return target.place; }

// clang-format off: one row, one line.
constexpr auto kKeys = std::to_array<Key>({
    {"app.name", text, SKEP_FIELD(application->name), "The application's name, in logs and in `skep status`."},

    {"gateway.listen", address, SKEP_FIELD(application->gateway.listen), "Where the application answers. Port 0 takes a free one."},
    {"gateway.access_log", boolean, SKEP_FIELD(application->gateway.access_log), "One log line for each call of a service, and for each request that reaches none."},
    {"gateway.deadline", duration, SKEP_FIELD(application->gateway.deadline), "From a request's head to its response's head.", {1, kDay}},

    {"http.header_block", size, SKEP_FIELD(application->gateway.header_block_bytes), "All header fields of one request together.", {1024, 1 << 20}},
    {"http.header_fields", count, SKEP_FIELD(application->gateway.header_fields), "The number of header fields of one request.", {1, 10'000}},
    {"http.target", size, SKEP_FIELD(application->gateway.target_bytes), "The request target: path and query.", {64, 1 << 20}},
    {"http.max_connections", count, SKEP_FIELD(application->gateway.max_connections), "Connections open at once, on each io thread.", {1, kMillion}},
    {"http.head_timeout", duration, SKEP_FIELD(application->gateway.head_timeout), "From the first byte of a request to the end of its head.", {1, kDay}},
    {"http.idle_timeout", duration, SKEP_FIELD(application->gateway.idle_timeout), "Between two requests of a connection.", {1, kDay}},
    {"http.stream_idle", duration, SKEP_FIELD(application->gateway.stream_idle), "Between two pieces of a streamed response.", {1, kDay}},
    {"http.min_body_rate", count, SKEP_FIELD(application->gateway.min_body_rate), "Bytes a second that a request body must arrive with, after its first 10 s.", {0, kGiB}},
    {"http.underscores_in_headers", boolean, SKEP_FIELD(application->gateway.underscores_in_headers), "Take requests whose header names have underscores, which are refused otherwise: CGI cannot tell `x_a` from `x-a`."},

    {"control.listen", address, SKEP_FIELD(application->control_listen), "Where the control API, `/metrics` and the health endpoints answer."},

    {"runtime.slots", count, SKEP_FIELD(application->runtime.slots), "Guest instances alive at once.", {1, 100'000}, "from the memory there is"},
    {"runtime.call_depth", count, SKEP_FIELD(application->runtime.call_depth), "Calls nested in one request.", {1, 64}},
    {"runtime.io_threads", count, SKEP_FIELD(application->runtime.io_threads), "Threads that serve requests.", {1, 1024}, "one per core"},

    {"services.*.module", path, SKEP_FIELD(service->module), "The WebAssembly file: a component, or a WASI command (CGI). One of `module` and `url` is needed."},
    {"services.*.url", url, SKEP_FIELD(service->url), "The address of a service that runs as a process of its own, `http://host:port`."},
    {"services.*.routes", routes, SKEP_FIELD(service->routes), "Which requests from outside reach it: `\"/path\"`, `\"GET /path\"`, or `{ path, methods, host }`. `/x/*` does not match `/x`.", {}, "none: reached by calls only"},
    {"services.*.version", text, SKEP_FIELD(service->version), "Told to the guest as `SERVICE_VERSION`, and in its health reply."},
    {"services.*.calls", services, SKEP_FIELD(service->calls), "The services that it may call.", {}, "none"},
    {"services.*.secrets", names, SKEP_FIELD(service->secrets), "The secrets of `[secrets]` that it may read.", {}, "none"},
    {"services.*.files", files, SKEP_FIELD(service->files), "The folders that it sees, each `host:guest[:ro|rw]`, read-only where nothing is said.", {}, "none"},
    {"services.*.outbound", outbound, SKEP_FIELD(service->outbound), "The hosts that it may reach, each `http://host[:port]`; `*.` in front of a name for every subdomain.", {}, "none"},
    {"services.*.env.*", text, SKEP_FIELD(service->env[target.name]), "An environment variable of the guest."},
    {"services.*.config.*", text, SKEP_FIELD(service->config[target.name]), "A value that the guest reads through `config.get` and `wasi:config`."},
    {"services.*.data", boolean, SKEP_FIELD(service->data.enabled), "A database of its own, which it reads and writes with SQL; or a table of the keys below."},
    {"services.*.kv", boolean, SKEP_FIELD(service->kv), "Keys and values of its own, in the transaction of its database."},
    {"services.*.store", choice, SKEP_FIELD(service->store), "What keeps its database and its keys.", {}, {}, false, kStores},
    {"services.*.migrations", path, SKEP_FIELD(service->migrations), "The folder of its migrations, `NNNN_name.sql`, run in order before it serves.", {}, "`migrations/` beside the module, where it exists"},
    {"services.*.route_options", route_options, SKEP_FIELD(service->route_options), "What differs for some requests, each `{ match = \"POST /path\", … }` with the keys below.", {}, "none"},
    {"services.*.log_level", level, SKEP_FIELD(service->log_level), "The least level that is logged: trace, debug, info, warn or error."},
    {"services.*.reuse", count, SKEP_FIELD(service->reuse), "Requests per instance. Above 1 the guest's memory survives from request to request.", {1, kMillion}, "1; 128 for WASI 0.3"},
    {"services.*.reuse_idle", duration, SKEP_FIELD(service->reuse_idle), "How long an instance waits for its next request.", {1, kDay}},
    {"services.*.concurrency", count, SKEP_FIELD(service->concurrency), "Requests that run at once.", {1, kMillion}},
    {"services.*.queue", count, SKEP_FIELD(service->queue), "Requests that wait for their turn; more are answered 503.", {0, kMillion}},
    {"services.*.queue_wait", duration, SKEP_FIELD(service->queue_wait), "How long they wait.", {1, kDay}},
    {"services.*.health", boolean, SKEP_FIELD(service->health_endpoint), "Answer `/_services/NAME/health` at the gateway."},
    {"services.*.metrics", boolean, SKEP_FIELD(service->metrics_endpoint), "Answer `/_services/NAME/metrics` at the gateway."},

    {"services.*.data.ddl", boolean, SKEP_FIELD(service->data.ddl), "Let handlers run CREATE, ALTER and DROP, not migrations only."},
    {"services.*.data.quota", size, SKEP_FIELD(service->data.quota_bytes), "The size of the store; what would grow it further is answered 507.", {2 * kMiB, 1024 * kGiB}},
    {"services.*.data.result", size, SKEP_FIELD(service->data.result_bytes), "What one statement may give.", {1024, 64 * kMiB}},
    {"services.*.data.turn_queue", count, SKEP_FIELD(service->data.turn_queue), "Handlers that wait to write; more are answered 503.", {1, 100'000}},
    {"services.*.data.transaction_timeout", duration, SKEP_FIELD(service->data.transaction_timeout), "How long a handler may hold the right to write.", {1, 60'000}},

    {"services.*.idempotency.retention", duration, SKEP_FIELD(service->idempotency.retention), "How long a reply is kept for its `Idempotency-Key`.", {1000, 366 * kDay}},
    {"services.*.idempotency.required", boolean, SKEP_FIELD(service->idempotency.required), "Refuse a POST, PUT, PATCH or DELETE from outside that has no `Idempotency-Key`."},

    {"services.*.limits.memory", size, SKEP_FIELD(service->limits.memory_bytes), "Memory of one instance.", {64 << 10, 4 * kGiB}},
    {"services.*.limits.time", duration, SKEP_FIELD(service->limits.wall_time), "From the call to the response's head; the whole run of a CGI program.", {1, kDay}},
    {"services.*.limits.cpu", duration, SKEP_FIELD(service->limits.cpu_time), "CPU time of one request.", {1, kDay}},
    {"services.*.limits.request_body", size, SKEP_FIELD(service->limits.request_body_bytes), "The request body.", {0, 1024 * kGiB}},
    {"services.*.limits.response", size, SKEP_FIELD(service->limits.response_bytes), "The reply of a CGI program; others stream.", {1, 4 * kGiB}},
    {"services.*.limits.log", size, SKEP_FIELD(service->limits.log_bytes_per_second), "What it logs in a second, on each io thread; the rest is dropped and counted.", {0, kGiB}},
    {"services.*.limits.outbound_calls", count, SKEP_FIELD(service->limits.outbound_calls), "Outgoing `wasi:http` requests of one request at once.", {1, 10'000}},
    {"services.*.limits.stream_idle", duration, SKEP_FIELD(service->limits.stream_idle), "Between two pieces of a streamed response; then it is cut.", {1, kDay}},

    {"secrets.*.file", path, SKEP_FIELD(secret->file), "The file that holds the secret. Also by `SKEP_SECRETS__NAME_FILE`."},
    {"secrets.*.value", text, SKEP_FIELD(secret->value), "The secret itself, better given by `SKEP_SECRETS__NAME`.", {}, {}, true},
});

constexpr std::string_view kAsService = "as for the service";
constexpr auto kRouteOptions = std::to_array<Key>({
    {"route_options.match", match, SKEP_FIELD(route_options->match), "The requests meant, by method and path as the service sees them: `\"POST /path\"` or `\"/path\"`. The most specific one holds, alone.", {}, "needed"},
    {"route_options.transaction", choice, SKEP_FIELD(route_options->transaction), "`late`: read a snapshot until the first write, which fails if the store has changed since. `turn`: take the right to write at the first statement.", {}, "`late` for GET, HEAD and OPTIONS, else `turn`", false, kTransactionModes},
    {"route_options.batch", choice, SKEP_FIELD(route_options->batch), "`alone`: share no flush with others.", {}, {}, false, kBatchModes},
    {"route_options.stream", boolean, SKEP_FIELD(route_options->stream), "Let the reply leave while the handler still runs, which then cannot write any more."},
    {"route_options.timeout", duration, SKEP_FIELD(route_options->timeout), "From the call to the response's head.", {1, kDay}, "`limits.time`"},
    {"route_options.transaction_timeout", duration, SKEP_FIELD(route_options->transaction_timeout), "How long a handler may hold the right to write.", {1, 60'000}, "`data.transaction_timeout`"},
    {"route_options.idempotency.retention", duration, SKEP_FIELD(route_options->key_retention), "How long a reply is kept for its `Idempotency-Key`.", {1000, 366 * kDay}, kAsService},
    {"route_options.idempotency.required", boolean, SKEP_FIELD(route_options->key_required), "Refuse a request from outside that has no `Idempotency-Key`.", {}, kAsService},
});
// clang-format on

#undef SKEP_FIELD

constexpr auto kFeatures = std::to_array<FeatureKey>({
    {"services.*.publishes", "events"},
    {"services.*.subscribes", "events"},
    {"services.*.alias", "events"},
    {"services.*.image", "images from a registry"},
    {"services.*.command", "processes started by Skep"},
    {"services.*.email", "mail"},
    {"services.*.websocket", "WebSocket"},
    {"events", "events"},
    {"bus", "events"},
    {"sagas", "sagas"},
    {"mail", "mail"},
    {"registry", "images from a registry"},
    {"auth", "authentication at the gateway"},
    {"tls", "TLS"},
    {"telemetry", "export of telemetry"},
    {"gateway.tls", "TLS"},
    {"gateway.auth", "authentication at the gateway"},
    {"gateway.rate_limit", "rate limits"},
    {"gateway.cors", "CORS"},
});

constexpr auto kLevels = std::to_array<std::string_view>({"trace", "debug", "info", "warn", "error"});

// Takes the part before the next '.' off `pattern`.
std::string_view next_part(std::string_view& pattern) {
    const auto dot = pattern.find('.');
    const std::string_view part = pattern.substr(0, dot);
    pattern = dot == std::string_view::npos ? std::string_view() : pattern.substr(dot + 1);
    return part;
}

// Takes as many parts off `pattern` as `path` has; false where one of them differs.
bool take_prefix(std::string_view& pattern, const KeyPath& path) {
    return std::ranges::all_of(path, [&](const std::string& name) {
        const std::string_view part = next_part(pattern);
        return part == "*" || (part == name && !part.empty());
    });
}

// Whether `path` is `pattern`, or beneath it.
bool is_within(std::string_view pattern, const KeyPath& path) {
    for (const std::string& name : path) {
        if (pattern.empty())
            return true;
        const std::string_view part = next_part(pattern);
        if (part != "*" && part != name)
            return false;
    }
    return pattern.empty();
}

// Adds the part of `pattern` that follows `path`, where it is a name of ours.
void add_next(std::string_view pattern, const KeyPath& path, std::vector<std::string_view>& names) {
    const std::string_view next = take_prefix(pattern, path) ? next_part(pattern) : "";
    if (!next.empty() && next != "*" && !contains(names, next))
        names.push_back(next);
}

struct DefaultText {
    const Key& key;

    std::string operator()(const std::string& value) const { return value; }
    std::string operator()(bool value) const { return value ? "true" : "false"; }
    std::string operator()(int value) const { return fmt::format("{}", value); }
    std::string operator()(std::uint32_t value) const { return (*this)(std::uint64_t{value}); }
    std::string operator()(std::uint64_t value) const {
        return key.type == size ? show_size(value) : fmt::format("{}", value);
    }
    std::string operator()(std::chrono::milliseconds value) const { return show_duration(value); }
    std::string operator()(model::BatchMode value) const {
        return std::string(key.choices[static_cast<std::size_t>(value)]);
    }
    std::string operator()(const auto&) const { return {}; }
};

}  // namespace

std::string join(const KeyPath& path) {
    return fmt::format("{}", fmt::join(path, "."));
}

std::span<const Key> all_keys() {
    return kKeys;
}

std::span<const Key> route_option_keys() {
    return kRouteOptions;
}

std::span<const FeatureKey> all_feature_keys() {
    return kFeatures;
}

std::span<const std::string_view> log_levels() {
    return kLevels;
}

const Key* find_key(const KeyPath& path, std::span<const Key> keys) {
    const auto found = std::ranges::find_if(keys, [&](const Key& key) {
        std::string_view pattern = key.pattern;
        return take_prefix(pattern, path) && pattern.empty();
    });
    return found == keys.end() ? nullptr : &*found;
}

const FeatureKey* find_feature(const KeyPath& path) {
    const auto found =
        std::ranges::find_if(kFeatures, [&](const FeatureKey& key) { return is_within(key.pattern, path); });
    return found == kFeatures.end() ? nullptr : &*found;
}

bool is_section(const KeyPath& path, std::span<const Key> keys) {
    return std::ranges::any_of(keys, [&](const Key& key) {
        std::string_view pattern = key.pattern;
        return take_prefix(pattern, path) && !pattern.empty();
    });
}

bool has_free_names(const KeyPath& path, std::span<const Key> keys) {
    return std::ranges::any_of(keys, [&](const Key& key) {
        std::string_view pattern = key.pattern;
        return take_prefix(pattern, path) && next_part(pattern) == "*";
    });
}

std::vector<std::string_view> known_names_below(const KeyPath& path, std::span<const Key> keys) {
    std::vector<std::string_view> names;
    for (const Key& key : keys)
        add_next(key.pattern, path, names);
    return names;
}

std::vector<std::string_view> names_below(const KeyPath& path) {
    std::vector<std::string_view> names = known_names_below(path);
    for (const FeatureKey& key : kFeatures)
        add_next(key.pattern, path, names);
    if (path.empty())
        names.push_back("profiles");
    return names;
}

std::string default_of(const Key& key) {
    model::Application application;
    model::Service service;
    model::SecretSource secret;
    model::RouteOptions route_options;
    Target target{&application, &service, &secret, &route_options, {}, {}};
    return std::visit([&](auto field) { return DefaultText{key}(field(target)); }, key.field);
}

}  // namespace skep::manifest
