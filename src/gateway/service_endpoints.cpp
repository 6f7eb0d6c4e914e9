#include "gateway/service_endpoints.hpp"

#include "observability/log.hpp"
#include "telemetry/prometheus.hpp"

namespace skep::gateway {
namespace {

constexpr std::string_view kPrefix = "/_services/";

model::Response reply(int status, std::string_view type, std::string body) {
    model::Response response;
    response.status = status;
    response.headers.add("content-type", type);
    response.headers.add("cache-control", "no-store");
    response.body = model::Body(std::move(body));
    return response;
}

model::Response health_of(const telemetry::ServiceReport& service) {
    const bool is_up = service.is_healthy();
    std::string body = fmt::format("{{\"service\":{},\"version\":{},\"status\":\"{}\"}}\n", json_quoted(service.name),
                                   json_quoted(service.version), is_up ? "healthy" : "unhealthy");
    return reply(is_up ? 200 : 503, "application/json", std::move(body));
}

double milliseconds(std::chrono::nanoseconds duration) {
    return static_cast<double>(duration.count()) / 1e6;
}

model::Response metrics_of(const telemetry::ServiceReport& service, const model::Request& request,
                           const telemetry::Reports& reports) {
    const std::string_view accept = request.headers.get("accept");
    if (accept.find("text/plain") != std::string_view::npos ||
        accept.find("application/openmetrics-text") != std::string_view::npos)
        return reply(200, telemetry::kPrometheusType, telemetry::prometheus_text(service));
    const mesh::ServiceStats& stats = *service.stats;
    std::string body = fmt::format(
        R"({{"service":{},"uptime":{:.3f},"requests":{},"errors":{},"error_rate":{:.6f},"client_errors":{},)"
        R"("running":{},"p50_ms":{:.3f},"p99_ms":{:.3f}}})"
        "\n",
        json_quoted(service.name), reports.process().uptime_seconds, stats.requests.value(),
        stats.server_errors.value(), telemetry::error_rate(stats), stats.client_errors.value(), stats.running.load(),
        milliseconds(stats.duration.quantile(0.5)), milliseconds(stats.duration.quantile(0.99)));
    return reply(200, "application/json", std::move(body));
}

}  // namespace

bool is_service_endpoint(std::string_view path) {
    return path.starts_with(kPrefix);
}

model::Response answer_service_endpoint(const model::Request& request, const telemetry::Reports& reports) {
    const std::string_view rest = request.path().substr(kPrefix.size());
    const auto slash = rest.find('/');
    const std::string_view name = rest.substr(0, slash);
    const std::string_view what = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    const auto service = reports.service(name);
    const bool is_health = what == "health" && service && service->health_endpoint;
    const bool is_metrics = what == "metrics" && service && service->metrics_endpoint;
    if (!is_health && !is_metrics)
        return model::problem_response(error("route_not_found", "no route for '{}'", request.path()));
    if (request.method != "GET" && request.method != "HEAD") {
        model::Response refused = model::problem_response(error("method_not_allowed", "only GET and HEAD are taken"));
        refused.headers.set("allow", "GET, HEAD");
        return refused;
    }
    return is_health ? health_of(*service) : metrics_of(*service, request, reports);
}

}  // namespace skep::gateway
