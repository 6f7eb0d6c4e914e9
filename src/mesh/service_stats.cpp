#include "mesh/service_stats.hpp"

namespace skep::mesh {

void ServiceStats::merge(const ServiceStats& other) {
    requests.add(other.requests.value());
    client_errors.add(other.client_errors.value());
    server_errors.add(other.server_errors.value());
    cancelled.add(other.cancelled.value());
    rejected.add(other.rejected.value());
    duration.merge(other.duration);
    cpu_ns.add(other.cpu_ns.value());
    running += other.running.load();
    queued += other.queued.load();
}

}  // namespace skep::mesh
