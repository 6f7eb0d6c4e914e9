#pragma once
// GuestEndpoint: one service's guests on one io thread.

#include <chrono>
#include <memory>
#include <string>

#include "host/log_budget.hpp"
#include "host/service_environment.hpp"
#include "model/ports.hpp"
#include "model/route_options.hpp"
#include "runtime/body_budget.hpp"
#include "runtime/guest_run.hpp"
#include "store/service_store.hpp"
#include "wasm/app.hpp"

namespace skep::runtime {

// What the endpoints of one io thread share; outlives them.
struct RuntimePorts {
    host::HostPorts host;
    SlotQueue& slots;
    RunRetirement& retirement;
    BodyBudget& bodies;
};

// Fails, besides the caller's own errors, with `no_free_instance`, `body_too_large`, and the guest_… reasons. A trap is
// logged with the guest's backtrace, which is also the error's detail.
class GuestEndpoint final : public model::Endpoint {
public:
    struct Settings {
        std::shared_ptr<const host::ServiceEnvironment> environment;
        model::GuestLimits limits;
        std::chrono::milliseconds slot_wait{5'000};
        std::shared_ptr<store::ServiceStore> store;  // null: a service without one
        std::shared_ptr<const model::RouteOptionsTable> routes = std::make_shared<const model::RouteOptionsTable>();
        Counter* cpu_ns = nullptr;  // the service's, of this io thread; outlives the endpoint's runs
    };

    GuestEndpoint(RuntimePorts& ports, std::unique_ptr<wasm::Pool> pool, Settings settings);
    ~GuestEndpoint() override;

    async::Task<Result<model::Response>> call(model::Request request, const model::CallContext& context) override;

    // Drops instances that have been idle for `idle`.
    void trim(std::chrono::milliseconds idle) { pool_->trim(idle); }

private:
    using RunPtr = std::unique_ptr<GuestRun>;

    // guest_endpoint_store.cpp: a handler with a store, which may run a second time.
    struct Attempt;
    async::Task<Result<model::Response>> call_with_store(model::Request request, model::CallContext context);
    async::Task<Result<model::Response>> run_with_store(model::Request request, const model::CallContext& context,
                                                        Attempt& attempt);
    async::Task<Result<model::Response>> answer_with_store(RunPtr& run, Attempt& attempt);
    async::Task<Result<model::Response>> response_with_store(RunPtr& run, bool streams);
    async::Task<Result<model::Response>> held_response(RunPtr& run);
    store::HandlerOptions options_of(const model::Request& request, const model::CallContext& context) const;

    async::Task<Result<model::Response>> call_within(model::Request request, model::CallContext context);
    async::Task<Result<model::Response>> call_alone(model::Request request, const model::CallContext& context);
    Result<> start_task(GuestRun& run, model::Request& request, const model::CallContext& context);
    Result<> bound_body(GuestRun& run, model::Request& request) const;
    async::Task<Result<model::Response>> answer(RunPtr& run);
    async::Task<Result<>> until_answered(GuestRun& run, async::CancelSource* cancel);
    // Takes the run where the response streams on.
    Result<model::Response> http_response(RunPtr& run);
    // `response` begins with `first` and goes on as the guest sends; the run belongs to it then.
    void stream_on(RunPtr& run, model::Response& response, Bytes first);
    Result<model::Response> cgi_response(GuestRun& run) const;
    // Why the run failed, which is logged; `otherwise` where neither the guest nor its request failed.
    Error failure_of(GuestRun& run, Error otherwise) const;

    RuntimePorts& ports_;
    std::unique_ptr<wasm::Pool> pool_;
    Settings settings_;
    std::shared_ptr<host::LogBudget> log_budget_;
    std::shared_ptr<QuantumUse> quanta_ = std::make_shared<QuantumUse>();
    std::shared_ptr<store::StartLine> line_;  // with a store only
};

}  // namespace skep::runtime
