#include "platform/service_registry.hpp"

namespace skep::platform {
namespace {

std::string_view type_name(host::MetricKind kind) {
    switch (kind) {
        case host::MetricKind::counter:
            return "counter";
        case host::MetricKind::gauge:
            return "gauge";
        default:
            return "summary";
    }
}

std::string route_text(const model::Route& route) {
    std::string text;
    for (const auto& method : route.methods)
        text += text.empty() ? method : "," + method;
    return (text.empty() ? "" : text + " ") + route.host + route.path;
}

}  // namespace

void ServiceRegistry::set_running(std::shared_ptr<const LoadedService> service,
                                  std::vector<const mesh::ServiceStats*> stats) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[service->spec.name.value()];
    entry = {service->spec, service, "", std::move(stats)};
}

void ServiceRegistry::set_failed(const model::Service& spec, const Error& error,
                                 std::vector<const mesh::ServiceStats*> stats) {
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_[spec.name.value()];
    if (!entry.service) {
        entry.spec = spec;
        entry.stats = std::move(stats);
    }
    entry.error = error.to_string();
}

void ServiceRegistry::remove(const std::string& name) {
    const std::lock_guard lock(mutex_);
    entries_.erase(name);
}

std::shared_ptr<const LoadedService> ServiceRegistry::running(const std::string& name) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(name);
    return found == entries_.end() ? nullptr : found->second.service;
}

std::vector<std::string> ServiceRegistry::names() const {
    const std::lock_guard lock(mutex_);
    std::vector<std::string> names;
    for (const auto& [name, entry] : entries_)
        names.push_back(name);
    return names;
}

std::vector<model::Service> ServiceRegistry::specs() const {
    const std::lock_guard lock(mutex_);
    std::vector<model::Service> specs;
    for (const auto& [name, entry] : entries_)
        specs.push_back(entry.spec);
    return specs;
}

telemetry::ServiceReport ServiceRegistry::report_of(const Entry& entry) const {
    telemetry::ServiceReport report;
    report.name = entry.spec.name.value();
    report.version = entry.spec.version;
    report.state = entry.service ? "running" : "failed";
    report.error = entry.error;
    report.health_endpoint = entry.spec.health_endpoint;
    report.metrics_endpoint = entry.spec.metrics_endpoint;
    for (const auto& route : entry.spec.routes)
        report.routes.push_back(route_text(route));
    auto merged = std::make_shared<mesh::ServiceStats>();
    for (const mesh::ServiceStats* stats : entry.stats)
        merged->merge(*stats);
    report.stats = std::move(merged);
    if (!entry.service)
        return report;
    report.kind = entry.service->kind;
    report.revision = entry.service->revision;
    report.module_bytes = entry.service->module_bytes;
    for (const auto& [name, series] : entry.service->environment->metrics->snapshot())
        report.own_series.push_back({name, std::string(type_name(series.kind)), series.value, series.count});
    if (entry.service->store) {
        report.store = stores_.of(*entry.service->store);
        report.store->migrations = entry.service->migrations;
    }
    return report;
}

std::vector<telemetry::ServiceReport> ServiceRegistry::reports() const {
    const std::lock_guard lock(mutex_);
    std::vector<telemetry::ServiceReport> reports;
    for (const auto& [name, entry] : entries_)
        reports.push_back(report_of(entry));
    return reports;
}

std::optional<telemetry::ServiceReport> ServiceRegistry::report(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    const auto found = entries_.find(name);
    return found == entries_.end() ? std::nullopt : std::optional(report_of(found->second));
}

}  // namespace skep::platform
