#pragma once
// GuestServices: the host as one run of a guest sees it: who it is, what it may use, on whose behalf it runs.

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "host/log_budget.hpp"
#include "host/service_environment.hpp"
#include "model/call_context.hpp"
#include "store/handler_transaction.hpp"
#include "wasm/guest_host.hpp"

namespace skep::host {

// Belongs to one io thread and one GuestTask, which it outlives.
class GuestServices final : public wasm::GuestHost {
public:
    GuestServices(std::shared_ptr<const ServiceEnvironment> environment, HostPorts& ports,
                  std::shared_ptr<LogBudget> budget, model::CallContext context);
    ~GuestServices() override;

    // Standard output is kept, up to `limit` bytes, instead of logged (CGI).
    void capture_output(std::uint64_t limit);
    std::string take_output() { return std::move(captured_); }
    bool output_exceeded() const { return output_exceeded_; }

    // wasm::GuestHost
    bool output(wasm::GuestStream stream, std::string_view bytes) override;
    Result<> before_timer(wasm::GuestTask& task) override;
    bool is_waited_for() const override { return transaction_ != nullptr && transaction_->holds_turn(); }
    async::Task<Result<model::Response>> send(model::Request request, std::chrono::nanoseconds patience) override;

    // The transaction of the handler that runs, which outlives it; without one there is no store.
    void use(store::HandlerTransaction* transaction) { transaction_ = transaction; }

    // The transaction for statements, for keys, and for its own begin and end. They fail with `data_not_granted` and
    // `kv_not_granted`, naming the line to add, and with `store_failed` where there is none.
    Result<store::HandlerTransaction*> database();
    Result<store::HandlerTransaction*> keys();
    Result<store::HandlerTransaction*> transaction();

    // Calls `service` on the guest's behalf: "GET /users/1", or a bare name, which means POST /name. The reply's body;
    // a status ≥ 400 is an error that names it.
    async::Task<Result<std::string>> invoke(std::string service, std::string method, std::string body);

    // One line of the service's log, dropped where its level is below the service's or its budget is used up.
    using Fields = std::vector<std::pair<std::string, std::string>>;
    void log(LogLevel level, std::string_view message, Fields fields = {});

    // A part of the request, logged at level debug when it ends.
    struct Span {
        std::string id;  // 16 hexadecimal digits
        std::string name;
        TimePoint begin;
    };
    bool shows_spans() const { return environment_->log_level <= LogLevel::debug; }
    Span begin_span(std::string name);
    void log_span(const Span& span, Fields fields = {});

    // Spans of the guest's own, and attributes of the request's.
    Result<std::string> start_span(std::string_view name);
    Result<> end_span(std::string_view id);
    void set_attribute(std::string_view key, std::string_view value);

    const ServiceEnvironment& environment() const { return *environment_; }
    const model::CallContext& context() const { return context_; }

private:
    async::Task<Result<model::Response>> call_service(std::string name, model::Request request);
    async::Task<Result<model::Response>> call_outside(model::Request request, TimePoint deadline);
    Result<store::HandlerTransaction*> granted(bool grant, std::string_view reason, std::string_view key);
    Error refused(Error why);
    async::Task<Result<bool>> step_out(model::Request& request);
    void log_lines(std::string& partial, std::string_view bytes, LogLevel level);

    std::shared_ptr<const ServiceEnvironment> environment_;
    HostPorts& ports_;
    std::shared_ptr<LogBudget> budget_;
    model::CallContext context_;
    store::HandlerTransaction* transaction_ = nullptr;
    bool capturing_ = false;
    bool output_exceeded_ = false;
    std::uint64_t output_limit_ = 0;
    std::string captured_;
    std::string partial_out_;
    std::string partial_err_;
    std::uint32_t outbound_running_ = 0;
    std::map<std::string, Span, std::less<>> spans_;
    std::vector<std::pair<std::string, std::string>> attributes_;
};

}  // namespace skep::host
