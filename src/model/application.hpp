#pragma once
// Application: what a manifest describes, checked and with every default filled in. Plain values.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/names.hpp"

namespace skep::model {

// A route of a service: which requests from outside reach it.
struct Route {
    std::string path;                  // "/users", "/users/*" (not "/users" itself), "/users/:id"
    std::vector<std::string> methods;  // empty: all
    std::string host;                  // empty: all; compared without port, in lower case

    friend bool operator==(const Route&, const Route&) = default;
};

// A folder of the host that a guest may see.
struct FileGrant {
    std::filesystem::path host_path;
    std::string guest_path;
    bool writable = false;

    friend bool operator==(const FileGrant&, const FileGrant&) = default;
};

// A host that a guest may reach: scheme, host (a name or an address, "*." in front for every subdomain), port.
struct OutboundGrant {
    std::string scheme;
    std::string host;
    std::uint16_t port = 0;
    bool is_for_all = false;  // every host, port and address, for `skep run --net`; a manifest cannot say that

    friend bool operator==(const OutboundGrant&, const OutboundGrant&) = default;
};

// Bounds of one guest. docs/limits.md has the table.
struct GuestLimits {
    std::uint64_t memory_bytes = 128ULL << 20;
    std::chrono::milliseconds wall_time{15'000};  // to the response head; the whole run for CGI
    std::chrono::milliseconds cpu_time{5'000};
    std::uint64_t request_body_bytes = 10ULL << 20;
    std::uint64_t response_bytes = 64ULL << 20;  // CGI only: others stream
    std::uint64_t log_bytes_per_second = 64ULL << 10;
    std::uint32_t outbound_calls = 64;  // at once, of one request
    std::chrono::milliseconds stream_idle{300'000};

    friend bool operator==(const GuestLimits&, const GuestLimits&) = default;
};

// How a handler's transaction takes the store's turn (docs/guide/transactions.md).
enum class TransactionMode : std::uint8_t {
    late,  // reads a snapshot; the first write takes the turn, if nothing has changed since
    turn,  // takes the turn at the first statement
};

// Whose flush a handler's writes share.
enum class BatchMode : std::uint8_t { shared, alone };

// How long a reply is kept for its Idempotency-Key, and whether a request must have one.
struct Idempotency {
    std::chrono::milliseconds retention{24 * 3'600'000};
    bool required = false;

    friend bool operator==(const Idempotency&, const Idempotency&) = default;
};

// What differs for some requests of a service. What is empty is as for all of the service.
struct RouteOptions {
    Route match;  // against method and path as the service sees them, whoever calls; without a host
    std::optional<TransactionMode> transaction;  // empty: late for safe methods, else turn
    BatchMode batch = BatchMode::shared;
    bool stream = false;  // the reply leaves at once, and from then on the handler cannot write
    std::optional<std::chrono::milliseconds> timeout;
    std::optional<std::chrono::milliseconds> transaction_timeout;
    std::optional<std::chrono::milliseconds> key_retention;
    std::optional<bool> key_required;

    friend bool operator==(const RouteOptions&, const RouteOptions&) = default;
};

// The database of a service.
struct Database {
    bool enabled = false;
    bool ddl = false;  // CREATE, ALTER and DROP in handlers
    std::uint64_t quota_bytes = 10ULL << 30;
    std::uint64_t result_bytes = 4ULL << 20;             // of one statement
    std::uint32_t turn_queue = 1024;                     // handlers that wait to write
    std::chrono::milliseconds transaction_timeout{100};  // how long a handler holds the turn

    friend bool operator==(const Database&, const Database&) = default;
};

struct Service {
    ServiceName name;
    std::string version = "0.0.0";
    std::filesystem::path module;  // absolute; empty for a service at a URL
    std::string url;               // "http://host:port", without a path
    std::vector<Route> routes;
    std::vector<ServiceName> calls;
    std::vector<std::string> secrets;  // names of [secrets]
    std::vector<FileGrant> files;
    std::vector<OutboundGrant> outbound;
    std::map<std::string, std::string> env;
    std::map<std::string, std::string> config;
    std::string log_level = "info";
    Database data;
    bool kv = false;                   // keys and values of its own, in the same store
    std::string store = "sqlite";      // the provider
    std::filesystem::path migrations;  // absolute; empty where there are none
    Idempotency idempotency;
    std::vector<RouteOptions> route_options;
    GuestLimits limits;
    std::optional<std::uint32_t> reuse;  // requests per instance; empty: the kind's default
    std::chrono::milliseconds reuse_idle{1'000};
    std::uint32_t concurrency = 1024;  // running at once
    std::uint32_t queue = 1024;        // waiting for their turn
    std::chrono::milliseconds queue_wait{5'000};
    bool health_endpoint = true;   // /_services/<name>/health
    bool metrics_endpoint = true;  // /_services/<name>/metrics

    // Whether it has a store of its own: a process at a URL never has.
    bool has_store() const { return !module.empty() && (data.enabled || kv); }

    friend bool operator==(const Service&, const Service&) = default;
};

// The edge: [gateway] and [http].
struct Gateway {
    std::string listen = "127.0.0.1:8080";
    bool access_log = true;
    std::uint32_t header_block_bytes = 32 << 10;
    std::uint32_t header_fields = 100;
    std::uint32_t target_bytes = 8 << 10;
    std::uint32_t max_connections = 65'536;
    std::chrono::milliseconds head_timeout{10'000};
    std::chrono::milliseconds idle_timeout{3'600'000};
    std::chrono::milliseconds stream_idle{300'000};
    std::uint32_t min_body_rate = 240;           // bytes a second, after 10 s
    std::chrono::milliseconds deadline{15'000};  // to the response head
    bool underscores_in_headers = false;

    bool operator==(const Gateway&) const = default;
};

struct Runtime {
    std::optional<std::uint32_t> slots;  // guest instances alive at once; empty: from memory
    int call_depth = 8;
    std::optional<std::uint32_t> io_threads;  // empty: one per core

    bool operator==(const Runtime&) const = default;
};

// Where a secret's value comes from; the value itself is read by the platform.
struct SecretSource {
    std::string name;
    std::filesystem::path file;  // absolute; empty where the value is given
    std::string value;           // never shown
};

struct Application {
    std::string name = "app";
    std::filesystem::path manifest;  // the file it came from
    std::string profile;             // "" for none
    Gateway gateway;
    std::string control_listen = "127.0.0.1:9090";
    Runtime runtime;
    std::vector<SecretSource> secrets;
    std::vector<Service> services;  // in the manifest's order
};

}  // namespace skep::model
