#pragma once
// ServiceRegistry: what is known of every service, for reports.

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "admin/store_reports.hpp"
#include "platform/service_loader.hpp"
#include "telemetry/service_report.hpp"

namespace skep::platform {

// Any thread. The statistics that it is given outlive it.
class ServiceRegistry {
public:
    // A revision was installed, with its statistics on each io thread.
    void set_running(std::shared_ptr<const LoadedService> service, std::vector<const mesh::ServiceStats*> stats);
    // A service did not start, or its new revision did not: then the old one runs on.
    void set_failed(const model::Service& spec, const Error& error, std::vector<const mesh::ServiceStats*> stats);
    void remove(const std::string& name);

    // The revision that runs; null where there is none.
    std::shared_ptr<const LoadedService> running(const std::string& name) const;
    std::vector<std::string> names() const;
    // What the manifest says of each.
    std::vector<model::Service> specs() const;

    std::vector<telemetry::ServiceReport> reports() const;
    std::optional<telemetry::ServiceReport> report(std::string_view name) const;

private:
    struct Entry {
        model::Service spec;
        std::shared_ptr<const LoadedService> service;
        std::string error;
        std::vector<const mesh::ServiceStats*> stats;
    };
    telemetry::ServiceReport report_of(const Entry& entry) const;

    mutable std::mutex mutex_;
    std::map<std::string, Entry, std::less<>> entries_;
    admin::StoreReports stores_;
};

}  // namespace skep::platform
