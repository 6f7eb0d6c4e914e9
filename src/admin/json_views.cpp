#include "admin/json_views.hpp"

#include <boost/json.hpp>

namespace skep::admin {
namespace {

namespace json = boost::json;

double milliseconds(std::chrono::nanoseconds duration) {
    return static_cast<double>(duration.count()) / 1e6;
}

json::object to_json(const telemetry::StoreReport& store) {
    json::object object{
        {"state", store.state},
        {"bytes", store.bytes},
        {"wal_bytes", store.wal_bytes},
        {"quota_bytes", store.quota_bytes},
        {"migrations", store.migrations},
        {"turns", store.turns},
        {"turn_wait_seconds", store.turn_wait_seconds},
        {"batches", store.batches},
        {"batch_handlers", store.batch_handlers},
        {"dropped_batches", store.dropped_batches},
        {"conflicts", store.conflicts},
        {"reruns", store.reruns},
        {"replays", store.replays},
        {"flushes", store.flushes},
        {"flush_seconds", store.flush_seconds},
        {"inline_statements", store.inline_statements},
        {"pool_statements", store.pool_statements},
    };
    if (!store.error.empty())
        object["error"] = store.error;
    return object;
}

json::object to_json(const telemetry::ServiceReport& service) {
    const mesh::ServiceStats& stats = *service.stats;
    json::object object{
        {"name", service.name},
        {"version", service.version},
        {"kind", service.kind},
        {"revision", service.revision},
        {"state", service.state},
        {"requests", stats.requests.value()},
        {"errors", stats.server_errors.value()},
        {"client_errors", stats.client_errors.value()},
        {"error_rate", telemetry::error_rate(stats)},
        {"p50_ms", milliseconds(stats.duration.quantile(0.5))},
        {"p99_ms", milliseconds(stats.duration.quantile(0.99))},
        {"running", stats.running.load()},
        {"module_bytes", service.module_bytes},
        {"routes", json::array(service.routes.begin(), service.routes.end())},
    };
    if (!service.error.empty())
        object["error"] = service.error;
    if (service.store)
        object["store"] = to_json(*service.store);
    return object;
}

json::object problem_content() {
    const json::object text{{"type", "string"}};
    const json::object members{
        {"type", text},
        {"title", text},
        {"status", {{"type", "integer"}}},
        {"code", text},
        {"detail", text},
        {"context", {{"type", "string"}, {"description", "a backtrace, lines of the manifest"}}}};
    return {{"application/problem+json", {{"schema", {{"type", "object"}, {"properties", members}}}}}};
}

json::object operation(std::string_view summary, std::string_view type, bool needs_token) {
    json::object operation{
        {"summary", summary},
        {"responses",
         {{"200", {{"description", "OK"}, {"content", {{type, json::object()}}}}},
          {"default", {{"description", "A problem"}, {"content", problem_content()}}}}},
    };
    operation["security"] = needs_token ? json::array{json::object{{"token", json::array()}}} : json::array();
    return operation;
}

json::object parameter(std::string_view name, std::string_view type, std::string_view meaning) {
    return {{"name", name}, {"in", "query"}, {"description", meaning}, {"schema", {{"type", type}}}};
}

json::object body_of(std::string_view required, json::object properties) {
    return {{"required", true},
            {"content",
             {{"application/json",
               {{"schema",
                 {{"type", "object"}, {"required", json::array{required}}, {"properties", std::move(properties)}}}}}}}};
}

json::object call_body() {
    const json::object text{{"type", "string"}};
    return body_of("service", {{"service", text},
                               {"method", text},
                               {"path", text},
                               {"body", text},
                               {"headers", {{"type", "object"}, {"additionalProperties", text}}}});
}

json::object post_operation(std::string_view summary, std::string_view type, std::string_view member) {
    json::object described = operation(summary, type, true);
    described["requestBody"] = body_of(member, {{member, {{"type", "string"}}}});
    return described;
}

json::object of_store(json::object described) {
    json::object name = parameter("service", "string", "the service whose store is meant");
    name["in"] = "path";
    name["required"] = true;
    described["parameters"] = json::array{std::move(name)};
    return described;
}

// The paths of StoreApi.
void add_store_paths(json::object& paths) {
    constexpr std::string_view kJson = "application/json";
    constexpr std::string_view kLines = "application/x-ndjson";
    const auto add = [&paths](std::string_view path, std::string_view method, json::object described) {
        paths[path] = json::object{{method, std::move(described)}};
    };
    add("/api/v1/stores/{service}/tables", "get",
        of_store(operation("Tables and views with their columns and rows", kJson, true)));
    add("/api/v1/stores/{service}/query", "post",
        of_store(post_operation("The rows of a statement that reads", kJson, "sql")));
    add("/api/v1/stores/{service}/export", "post",
        of_store(post_operation("Write a snapshot as plain SQLite; progress", kLines, "file")));
    json::object migrations = operation("Migrations, applied and pending", kJson, true);
    migrations["parameters"] = json::array{parameter("service", "string", "only this service's migrations")};
    add("/api/v1/migrations", "get", std::move(migrations));
    add("/api/v1/backup", "post", post_operation("Write a snapshot of every store; progress", kLines, "directory"));
}

}  // namespace

std::string status_json(const telemetry::Reports& reports) {
    const telemetry::ProcessReport process = reports.process();
    json::array services;
    for (const auto& service : reports.services())
        services.push_back(to_json(service));
    const json::object status{
        {"name", process.application},         {"version", process.version},
        {"started_at", process.started_at},    {"uptime_seconds", process.uptime_seconds},
        {"rss_bytes", process.resident_bytes}, {"ready", process.ready},
        {"connections", process.connections},  {"slots", process.slots},
        {"slots_used", process.slots_used},    {"services", std::move(services)},
    };
    return json::serialize(status) + "\n";
}

std::string health_json(const telemetry::Reports& reports) {
    json::object checks;
    for (const auto& service : reports.services())
        checks[service.name] = service.is_healthy() ? service.state : "failed";
    const bool ready = reports.process().ready;
    return json::serialize(json::object{{"status", ready ? "ready" : "not ready"}, {"services", checks}}) + "\n";
}

std::string openapi_json() {
    json::object call = operation("Send a request to a service", "application/json", true);
    call["requestBody"] = call_body();
    json::object logs = operation("The last log lines, one JSON object a line", "application/x-ndjson", true);
    logs["parameters"] = json::array{parameter("service", "string", "only this service's lines"),
                                     parameter("from", "integer", "the number of the first line wanted"),
                                     parameter("tail", "integer", "at most so many of the last lines")};
    json::object paths{
        {"/livez", {{"get", operation("The process lives", "text/plain", false)}}},
        {"/readyz", {{"get", operation("Requests are served", "text/plain", false)}}},
        {"/startupz", {{"get", operation("The start is over", "text/plain", false)}}},
        {"/metrics", {{"get", operation("Prometheus metrics", "text/plain", false)}}},
        {"/api/v1/status", {{"get", operation("The application and its services", "application/json", true)}}},
        {"/api/v1/config", {{"get", operation("The configuration in force", "application/json", true)}}},
        {"/api/v1/logs", {{"get", logs}}},
        {"/api/v1/call", {{"post", call}}},
        {"/api/v1/reload", {{"post", operation("Load the manifest and changed modules", "application/json", true)}}},
        {"/api/v1/openapi.json", {{"get", operation("This document", "application/json", true)}}},
    };
    add_store_paths(paths);
    const json::object document{
        {"openapi", "3.1.0"},
        {"info", {{"title", "Skep control API"}, {"version", "1"}}},
        {"components", {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
        {"paths", paths},
    };
    return json::serialize(document) + "\n";
}

}  // namespace skep::admin
