#pragma once
// The control API: what the command line, probes and scrapers ask a running Skep. docs/control-api.md lists it;
// /api/v1/openapi.json describes it.

#include <functional>
#include <string>

#include "admin/store_api.hpp"
#include "http/server.hpp"
#include "model/ports.hpp"
#include "observability/log_queue.hpp"
#include "telemetry/service_report.hpp"

namespace skep::admin {

// What the control API can have done. Implemented by the platform.
class Operations {
public:
    virtual ~Operations() = default;

    // Loads the manifest and every changed module anew. The error says what was not taken; it goes on serving as
    // before.
    virtual async::Task<Result<>> reload() = 0;

    // The configuration in force as JSON, secrets redacted.
    virtual std::string effective_configuration() const = 0;
};

// On the io thread of the control listener. /livez, /readyz, /startupz and /metrics need no token, wherever the
// listener is; everything else does: `Authorization: Bearer <token>`, with a token that is not empty.
class ControlApi final : public http::Handler {
public:
    // All outlive the API.
    struct Ports {
        async::Loop& loop;
        Random& random;
        model::ServiceInvoker& invoker;
        const telemetry::Reports& reports;
        const LogQueue& logs;
        Operations& operations;
        StoreAdmin* stores = nullptr;  // where there are none
    };
    ControlApi(Ports ports, std::string token);

    async::Task<model::Response> handle(model::Request request, const http::ConnectionInfo& connection) override;

private:
    async::Task<Result<model::Response>> dispatch(model::Request& request);
    Result<> authorize(const model::Request& request) const;
    async::Task<Result<model::Response>> call_service(model::Request& request);
    async::Task<Result<model::Response>> reload();
    model::Response probe(const model::Request& request) const;
    Result<> check_service(const std::string& name) const;
    Result<model::Response> logs(const model::Request& request) const;

    Ports ports_;
    std::string token_;
    StoreApi stores_;
};

}  // namespace skep::admin
