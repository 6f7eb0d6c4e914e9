#pragma once
// GuestEndpoint: one service's guests on one io thread.

#include <chrono>
#include <memory>
#include <string>

#include "host/log_budget.hpp"
#include "host/service_environment.hpp"
#include "model/ports.hpp"
#include "runtime/guest_run.hpp"
#include "wasm/app.hpp"

namespace skep::runtime {

// What the endpoints of one io thread share; outlives them.
struct RuntimePorts {
    host::HostPorts host;
    SlotQueue& slots;
    RunRetirement& retirement;
};

// Fails, besides the caller's own errors, with `no_free_instance`, `body_too_large`, and the guest_… reasons. A trap is
// logged with the guest's backtrace, which is also the error's detail.
class GuestEndpoint final : public model::Endpoint {
public:
    struct Settings {
        std::shared_ptr<const host::ServiceEnvironment> environment;
        model::GuestLimits limits;
        std::chrono::milliseconds slot_wait{5'000};
        Counter* cpu_ns = nullptr;  // the service's, of this io thread; outlives the endpoint's runs
    };

    // `scopes` may be null: a service without a store.
    GuestEndpoint(RuntimePorts& ports, std::unique_ptr<wasm::Pool> pool, Settings settings,
                  model::HandlerScopes* scopes);
    ~GuestEndpoint() override;

    async::Task<Result<model::Response>> call(model::Request request, const model::CallContext& context) override;

    // Drops instances that have been idle for `idle`.
    void trim(std::chrono::milliseconds idle) { pool_->trim(idle); }

private:
    using RunPtr = std::unique_ptr<GuestRun>;

    Result<> prepare(GuestRun& run, model::Request& request, const model::CallContext& context);
    Result<> start_task(GuestRun& run, model::Request& request, const model::CallContext& context);
    Result<> bound_body(GuestRun& run, model::Request& request) const;
    async::Task<Result<model::Response>> answer(RunPtr& run);
    // Takes the run where the response streams on.
    Result<model::Response> http_response(RunPtr& run);
    Result<model::Response> cgi_response(GuestRun& run) const;
    // Why the run failed, which is logged; `otherwise` where neither the guest nor its request failed.
    Error failure_of(GuestRun& run, Error otherwise) const;
    async::Task<Result<>> close_scope(GuestRun& run, const Result<model::Response>& response);

    RuntimePorts& ports_;
    std::unique_ptr<wasm::Pool> pool_;
    Settings settings_;
    model::HandlerScopes* scopes_;
    std::shared_ptr<host::LogBudget> log_budget_;
};

}  // namespace skep::runtime
