#pragma once
// Pipeline: what happens to a request from outside before and after its service is called.

#include <memory>
#include <string>
#include <vector>

#include "base/random.hpp"
#include "http/server.hpp"
#include "model/ports.hpp"
#include "model/route_options.hpp"
#include "model/router.hpp"
#include "observability/log.hpp"
#include "telemetry/service_report.hpp"

namespace skep::gateway {

// The routes of one application revision. Immutable; shared by all io threads.
struct RouteTable {
    model::Router router;
    std::vector<model::ServiceName> targets;         // by the router's target
    std::vector<std::uint64_t> request_body_limits;  // bytes, by target
    // By target; nullptr for a service without a store, to which an Idempotency-Key is a field like others.
    std::vector<std::unique_ptr<const model::RouteOptionsTable>> options;
    std::string known_prefixes;  // for the hint in development
};
Result<RouteTable> make_route_table(const model::Application& application);

// One per io thread. Order: built-in endpoints → route → idempotency key → trace → headers → invoke → headers.
class Pipeline final : public http::Handler {
public:
    struct Settings {
        std::chrono::milliseconds deadline{15'000};
        bool development = false;  // hints and backtraces in error replies
    };
    // All collaborators outlive the pipeline.
    struct Ports {
        async::Loop& loop;
        Random& random;
        model::ServiceInvoker& invoker;
        const telemetry::Reports& reports;
        Logger* access_log = nullptr;  // one line for each request that reaches no service; null: none
    };
    Pipeline(Ports ports, Settings settings);

    // Takes effect with the next request; those in flight keep theirs.
    void set_routes(std::shared_ptr<const RouteTable> routes) { routes_ = std::move(routes); }

    // While draining, requests are still answered; readiness is the platform's.
    async::Task<model::Response> handle(model::Request request, const http::ConnectionInfo& connection) override;
    std::uint64_t request_body_limit(const model::Request& request, std::uint64_t usual) const override;

private:
    async::Task<model::Response> route(model::Request request, const http::ConnectionInfo& connection);
    async::Task<model::Response> call(model::ServiceName service, model::Request request, model::Execution execution,
                                      const http::ConnectionInfo& connection);
    // Before any service was called.
    model::Response refused(const Error& error, const model::Request& request, const http::ConnectionInfo& connection);
    Error no_route(const model::Router::Match& match, std::string_view path) const;
    model::Response refuse(const Error& error) const;
    model::CallContext context_of(const model::Request& request, const http::ConnectionInfo& connection);

    Ports ports_;
    Settings settings_;
    std::shared_ptr<const RouteTable> routes_;
};

}  // namespace skep::gateway
