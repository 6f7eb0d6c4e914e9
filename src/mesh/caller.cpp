#include "mesh/caller.hpp"

#include <fmt/format.h>

#include "async/guard.hpp"
#include "mesh/access_log.hpp"
#include "model/target.hpp"

namespace skep::mesh {
namespace {

int status_of(const Result<model::Response>& result) {
    return result ? result->status : result.error().http_status();
}

// The reply to a HEAD ends with its head, which tells how much a GET would give where that is known.
void drop_body(model::Response& response) {
    const auto length = response.body.length();
    if (length && !response.body.is_empty() && !response.headers.contains("content-length"))
        response.headers.set("content-length", std::to_string(*length));
    response.body = model::Body();
}

// Counts one call from its begin to its end, also where it is destroyed in between.
class Measurement {
public:
    Measurement(async::Loop& loop, ServiceStats& stats) : stats_(stats), clock_(loop.clock()), begin_(clock_.now()) {
        stats_.requests.add();
        stats_.running.fetch_add(1, std::memory_order_relaxed);
    }
    Measurement(const Measurement&) = delete;
    Measurement& operator=(const Measurement&) = delete;
    ~Measurement() {
        stats_.running.fetch_sub(1, std::memory_order_relaxed);
        if (!ended_)
            stats_.cancelled.add();
    }

    // How long the call took.
    Duration end(const Result<model::Response>& result) {
        ended_ = true;
        const Duration took = clock_.now() - begin_;
        stats_.duration.record(took);
        const int status = status_of(result);
        if (status >= 500)
            stats_.server_errors.add();
        else if (status >= 400)
            stats_.client_errors.add();
        if (!result && result.error().code() == ErrorCode::unavailable)
            stats_.rejected.add();
        return took;
    }

private:
    ServiceStats& stats_;
    const Clock& clock_;
    TimePoint begin_;
    bool ended_ = false;
};

// A body that streams on: the call keeps its place until it has been read or given up.
class OccupyingBody final : public model::BodySource {
public:
    OccupyingBody(std::shared_ptr<Target> target, Bulkhead::Permit permit, std::unique_ptr<model::BodySource> rest)
        : target_(std::move(target)), permit_(std::move(permit)), rest_(std::move(rest)) {}

    model::BodyStatus poll(Bytes& chunk) override { return rest_->poll(chunk); }
    async::Signal& ready() override { return rest_->ready(); }
    Error error() const override { return rest_->error(); }
    const model::Headers* trailers() const override { return rest_->trailers(); }

private:
    // Destroyed from the bottom up.
    std::shared_ptr<Target> target_;
    Bulkhead::Permit permit_;
    std::unique_ptr<model::BodySource> rest_;
};

}  // namespace

Caller::Caller(async::Loop& loop, Random& random, Options options) : loop_(loop), random_(random), options_(options) {}

Caller::Entry& Caller::entry_of(const std::string& name) {
    auto& entry = entries_[name];
    if (!entry)
        entry = std::make_unique<Entry>();
    return *entry;
}

const ServiceStats& Caller::set_target(const std::string& name, std::shared_ptr<Target> target) {
    Entry& entry = entry_of(name);
    entry.target = std::move(target);
    return entry.stats;
}

async::Task<Result<model::Response>> Caller::invoke(model::ServiceName service, model::Request request,
                                                    model::CallContext context) {
    const auto found = entries_.find(service.value());
    if (found == entries_.end() || !found->second->target)
        co_return fail("service_not_found", "there is no service '{}'", service.value());
    if (context.depth > options_.call_depth)
        co_return fail("call_depth_exceeded", "calling '{}' nests calls deeper than {}", service.value(),
                       options_.call_depth);
    if (const auto broken = model::broken_rule_of_target(request.target))
        co_return fail("malformed_request", "calling '{}' with '{}': {}", service.value(), request.target, *broken);
    Entry& entry = *found->second;
    context.trace = context.trace.child(random_);
    request.headers.set("traceparent", context.trace.to_traceparent());
    request.headers.set("x-trace-id", context.request_id);
    Access access;
    if (options_.access_log != nullptr)
        access = {.service = service.value(), .asked = fmt::format("{} {}", request.method, request.target)};
    Measurement measurement(loop_, entry.stats);
    const async::GuardOptions options{.deadline = context.deadline,
                                      .deadline_reason = "request_deadline_exceeded",
                                      .deadline_message = "no answer came before the request's deadline"};
    auto running = call(entry.target, std::move(request), context);
    Result<model::Response> result = co_await async::guard(loop_, std::move(running), options);
    const Duration took = measurement.end(result);
    if (options_.access_log != nullptr) {
        access.status = status_of(result);
        access.took = took;
        access.code = result ? std::string_view() : result.error().name();
        options_.access_log->log(access_line(context, std::move(access)));
    }
    if (!result)
        co_return fail(std::move(result).error().within(service.value()));
    co_return result;
}

async::Task<Result<model::Response>> Caller::call(std::shared_ptr<Target> target, model::Request request,
                                                  const model::CallContext& context) {
    Bulkhead::Permit permit;
    if (!target->bulkhead.try_acquire(permit)) {
        CO_TRY(permit, co_await target->bulkhead.acquire());
    }
    const bool is_head = request.method == "HEAD";
    Result<model::Response> response = co_await target->endpoint->call(std::move(request), context);
    if (response && is_head)
        drop_body(*response);
    if (response && response->body.is_stream()) {
        const auto length = response->body.length();
        auto rest = response->body.take_source();
        response->body =
            model::Body(std::make_unique<OccupyingBody>(std::move(target), std::move(permit), std::move(rest)), length);
    }
    co_return response;
}

}  // namespace skep::mesh
