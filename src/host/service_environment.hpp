#pragma once
// What one revision of a service may use, and what an io thread offers to all of them.

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "base/random.hpp"
#include "host/guest_metrics.hpp"
#include "model/application.hpp"
#include "model/ports.hpp"
#include "observability/log.hpp"

namespace skep::host {

// Constant for a revision; shared by its runs on every io thread.
struct ServiceEnvironment {
    model::ServiceName name;
    std::set<std::string> calls;
    std::map<std::string, std::string, std::less<>> config;  // values are UTF-8
    std::map<std::string, std::string> secrets;              // granted ones with their values
    std::vector<model::OutboundGrant> outbound;
    bool data = false;  // a database of its own
    bool kv = false;
    LogLevel log_level = LogLevel::info;
    std::uint64_t log_bytes_per_second = 64 << 10;
    std::uint32_t outbound_calls = 64;
    std::shared_ptr<GuestMetrics> metrics;
};

// Sends HTTP requests to hosts outside of the application.
class OutboundSender {
public:
    virtual ~OutboundSender() = default;

    // `grant` is what allowed it: its host decides whether closed address ranges may be reached.
    virtual async::Task<Result<model::Response>> send(model::Request request, const model::OutboundGrant& grant,
                                                      TimePoint deadline) = 0;
};

// Collaborators of one io thread; outlive every run on it.
struct HostPorts {
    async::Loop& loop;
    Random& random;
    Logger& logger;
    model::ServiceInvoker& invoker;
    OutboundSender& outbound;
};

}  // namespace skep::host
