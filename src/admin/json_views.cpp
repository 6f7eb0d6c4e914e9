#include "admin/json_views.hpp"

#include <boost/json.hpp>

namespace skep::admin {
namespace {

namespace json = boost::json;

double milliseconds(std::chrono::nanoseconds duration) {
    return static_cast<double>(duration.count()) / 1e6;
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
    return object;
}

json::object operation(std::string_view summary, std::string_view type, bool needs_token) {
    json::object operation{
        {"summary", summary},
        {"responses",
         {{"200", {{"description", "OK"}, {"content", {{type, json::object()}}}}},
          {"default", {{"description", "application/problem+json"}}}}},
    };
    operation["security"] = needs_token ? json::array{json::object{{"token", json::array()}}} : json::array();
    return operation;
}

json::object parameter(std::string_view name, std::string_view type, std::string_view meaning) {
    return {{"name", name}, {"in", "query"}, {"description", meaning}, {"schema", {{"type", type}}}};
}

json::object call_body() {
    const json::object text{{"type", "string"}};
    return {{"required", true},
            {"content",
             {{"application/json",
               {{"schema",
                 {{"type", "object"},
                  {"required", {"service"}},
                  {"properties",
                   {{"service", text},
                    {"method", text},
                    {"path", text},
                    {"body", text},
                    {"headers", {{"type", "object"}, {"additionalProperties", text}}}}}}}}}}}};
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
        checks[service.name] = service.state;
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
    const json::object paths{
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
    const json::object document{
        {"openapi", "3.1.0"},
        {"info", {{"title", "Skep control API"}, {"version", "1"}}},
        {"components", {{"securitySchemes", {{"token", {{"type", "http"}, {"scheme", "bearer"}}}}}}},
        {"paths", paths},
    };
    return json::serialize(document) + "\n";
}

}  // namespace skep::admin
