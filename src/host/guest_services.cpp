#include "host/guest_services.hpp"

#include <algorithm>

#include "host/outbound_grants.hpp"
#include "model/route_options.hpp"
#include "wasm/guest_task.hpp"

namespace skep::host {
namespace {

constexpr std::size_t kLineLimit = 8 << 10;  // a longer line is cut in pieces
constexpr std::size_t kMaxAttributes = 32;
constexpr std::size_t kMaxSpans = 64;
constexpr std::uint64_t kInvokeReplyLimit = 4 << 20;

constexpr std::size_t kLongestKey = 255;
constexpr std::string_view kKeyField = "idempotency-key";

constexpr std::string_view kInternalSuffixes[] = {".skep.internal", ".spin.internal"};

// The service that "<service>.skep.internal" means; empty where `host` is outside.
std::string internal_service(std::string_view host) {
    for (const auto suffix : kInternalSuffixes) {
        if (host.ends_with(suffix))
            return std::string(host.substr(0, host.size() - suffix.size()));
    }
    return {};
}

// The service that `request` is for; empty where it is for a host outside. Between services there are neither ports
// nor TLS.
Result<std::string> service_called_by(const model::Request& request) {
    TRY(const HostAndPort parts, split_authority(request.authority));
    std::string service = internal_service(parts.host);
    if (!service.empty() && request.scheme == "https")
        return fail("tls_not_available", "https://{} cannot be called: write http://", request.authority);
    if (!service.empty() && parts.port != kHttpPort)
        return fail("authority_invalid", "'{}' has a port: services are called without", request.authority);
    return service;
}

// Counts an outgoing call while it runs.
class Running {
public:
    explicit Running(std::uint32_t& count) : count_(count) { ++count_; }
    Running(const Running&) = delete;
    Running& operator=(const Running&) = delete;
    ~Running() { --count_; }

private:
    std::uint32_t& count_;
};

bool is_visible(char c) {
    return c > ' ' && c < 0x7F;
}

// What a called service is executed for. Services may choose shorter keys than clients.
Result<model::Execution> execution_of(const model::Request& request, bool is_key_ours) {
    if (!model::takes_key(request.method) || !request.headers.contains(kKeyField))
        return model::Execution{};
    const std::string_view key = request.headers.get(kKeyField);
    const bool is_valid = !key.empty() && key.size() <= kLongestKey && std::ranges::all_of(key, is_visible);
    if (!is_valid || request.headers.count(kKeyField) > 1)
        return fail("idempotency_key_invalid", "an Idempotency-Key is one text of 1 to {} visible characters",
                    kLongestKey);
    return model::Execution{model::KeyedExecution{.key = std::string(key), .by_platform = is_key_ours}};
}

// Where it fails, so does what the guest asks of the store next.
async::Task<void> give_way(store::HandlerTransaction& transaction) {
    const Result<> stepped_out = co_await transaction.step_out(store::Wait::timer);
    (void)stepped_out;
}

model::Request request_for(std::string_view method, std::string body) {
    model::Request request;
    const auto space = method.find(' ');
    if (space == std::string_view::npos) {
        request.method = "POST";
        request.target = fmt::format("/{}", method);
    } else {
        request.method = method.substr(0, space);
        request.target = method.substr(space + 1);
    }
    request.body = model::Body(std::move(body));
    return request;
}

}  // namespace

GuestServices::GuestServices(std::shared_ptr<const ServiceEnvironment> environment, HostPorts& ports,
                             std::shared_ptr<LogBudget> budget, model::CallContext context)
    : environment_(std::move(environment)), ports_(ports), budget_(std::move(budget)), context_(std::move(context)) {}

GuestServices::~GuestServices() {
    log_lines(partial_out_, partial_out_.empty() ? "" : "\n", LogLevel::info);
    log_lines(partial_err_, partial_err_.empty() ? "" : "\n", LogLevel::info);
    if (!attributes_.empty())
        log(LogLevel::debug, "request attributes", std::move(attributes_));
}

void GuestServices::capture_output(std::uint64_t limit) {
    capturing_ = true;
    output_limit_ = limit;
}

bool GuestServices::output(wasm::GuestStream stream, std::string_view bytes) {
    if (stream == wasm::GuestStream::err) {
        log_lines(partial_err_, bytes, LogLevel::info);
        return true;
    }
    if (!capturing_) {
        log_lines(partial_out_, bytes, LogLevel::info);
        return true;
    }
    if (captured_.size() + bytes.size() > output_limit_) {
        output_exceeded_ = true;
        return false;
    }
    captured_.append(bytes);
    return true;
}

void GuestServices::log_lines(std::string& partial, std::string_view bytes, LogLevel level) {
    while (!bytes.empty()) {
        const auto newline = bytes.find('\n');
        const std::string_view piece = bytes.substr(0, std::min(newline, kLineLimit));
        partial.append(piece);
        bytes.remove_prefix(std::min(piece.size() + (newline == piece.size() ? 1 : 0), bytes.size()));
        const bool is_whole = newline == piece.size() || partial.size() >= kLineLimit;
        if (!is_whole)
            continue;
        if (!partial.empty())
            log(level, partial);
        partial.clear();
    }
}

void GuestServices::log(LogLevel level, std::string_view message, Fields fields) {
    if (level < environment_->log_level)
        return;
    std::size_t bytes = message.size() + 64;
    for (const auto& [key, value] : fields)
        bytes += key.size() + value.size();
    if (!budget_->take(bytes, ports_.loop.now()))
        return;
    if (const std::uint64_t dropped = budget_->take_dropped(); dropped > 0)
        fields.emplace_back("dropped_before", std::to_string(dropped));
    std::string trace = context_.trace.trace_id_hex();
    std::string request = context_.request_id == trace ? std::string() : context_.request_id;
    ports_.logger.log({.level = level,
                       .service = environment_->name.value(),
                       .trace_id = std::move(trace),
                       .request_id = std::move(request),
                       .message = std::string(message.substr(0, kLineLimit)),
                       .fields = std::move(fields)});
}

Result<store::HandlerTransaction*> GuestServices::database() {
    return granted(environment_->data, "data_not_granted", "data");
}

Result<store::HandlerTransaction*> GuestServices::keys() {
    return granted(environment_->kv, "kv_not_granted", "kv");
}

Result<store::HandlerTransaction*> GuestServices::transaction() {
    return granted(environment_->data || environment_->kv, "data_not_granted", "data");
}

Result<store::HandlerTransaction*> GuestServices::granted(bool grant, std::string_view reason, std::string_view key) {
    const std::string& service = environment_->name.value();
    if (!grant)
        return fail(
            refused(error(reason, "service '{0}' has no store: add {1} = true to [services.{0}]", service, key)));
    if (transaction_ == nullptr)
        return fail("store_failed", "the store of service '{}' is not open here", service);
    return transaction_;
}

// Before the guest waits for an answer from outside: a turn that has written nothing is given back. What a keyed
// execution asks others to change carries a key of its own, so that a repeat is safe; true where it was set here.
async::Task<Result<bool>> GuestServices::step_out(model::Request& request) {
    CO_TRY_DO(co_await transaction_->step_out(store::Wait::call));
    if (!model::takes_key(request.method) || request.headers.contains(kKeyField))
        co_return false;
    const auto key = transaction_->key_of_next_call();
    if (key)
        request.headers.set(kKeyField, *key);
    co_return key.has_value();
}

// A turn is given back while the guest sleeps; what it asks of the store afterwards waits for that.
Result<> GuestServices::before_timer(wasm::GuestTask& task) {
    if (transaction_ == nullptr)
        return {};
    TRY(const bool is_free, transaction_->may_wait(store::Wait::timer));
    if (!is_free)
        task.calls().spawn(give_way(*transaction_));
    return {};
}

// What a guest may not do is in the log, too.
Error GuestServices::refused(Error why) {
    log(LogLevel::warn, why.message(), {{"code", std::string(why.name())}});
    return why;
}

async::Task<Result<model::Response>> GuestServices::send(model::Request request, std::chrono::nanoseconds patience) {
    if (outbound_running_ >= environment_->outbound_calls)
        co_return fail("resource_exhausted", "{} outgoing calls of this request run already", outbound_running_);
    const Running running(outbound_running_);
    const TimePoint deadline =
        patience.count() > 0 ? std::min(context_.deadline, ports_.loop.now() + patience) : context_.deadline;
    Result<std::string> service = service_called_by(request);
    if (!service)
        co_return fail(refused(service.error()));
    if (!service->empty())
        co_return co_await call_service(*std::move(service), std::move(request));
    co_return co_await call_outside(std::move(request), deadline);
}

async::Task<Result<model::Response>> GuestServices::call_service(std::string name, model::Request request) {
    if (!environment_->calls.contains(name)) {
        Error denied =
            error("call_not_granted", "service '{0}' may not call '{1}': add calls = [\"{1}\"] to [services.{0}]",
                  environment_->name.value(), name);
        co_return fail(refused(std::move(denied)));
    }
    bool is_key_ours = false;
    if (transaction_ != nullptr) {
        CO_TRY(is_key_ours, co_await step_out(request));
    }
    model::CallContext context = context_;
    CO_TRY(context.execution, execution_of(request, is_key_ours));
    context.caller = environment_->name;
    context.peer.clear();
    context.depth = context_.depth + 1;
    model::ServiceName service(std::move(name));
    co_return co_await ports_.invoker.invoke(std::move(service), std::move(request), std::move(context));
}

async::Task<Result<model::Response>> GuestServices::call_outside(model::Request request, TimePoint deadline) {
    const Result<const model::OutboundGrant*> grant =
        find_grant(environment_->outbound, request.scheme, request.authority);
    if (!grant)
        co_return fail(refused(grant.error()));
    if (transaction_ != nullptr) {
        CO_TRY_DO(co_await step_out(request));
    }
    request.headers.set("traceparent", context_.trace.to_traceparent());
    Result<model::Response> response = co_await ports_.outbound.send(std::move(request), **grant, deadline);
    if (!response && response.error().code() == ErrorCode::permission_denied)
        log(LogLevel::warn, fmt::format("service '{}': {}", environment_->name.value(), response.error().message()),
            {{"code", std::string(response.error().name())}});
    co_return response;
}

async::Task<Result<std::string>> GuestServices::invoke(std::string service, std::string method, std::string body) {
    model::Request request = request_for(method, std::move(body));
    request.authority = service + ".skep.internal";
    CO_TRY(model::Response response, co_await call_service(service, std::move(request)));
    CO_TRY(std::string text, co_await model::read_all(response.body, kInvokeReplyLimit));
    if (response.status >= 400)
        co_return fail("upstream_status", "{}, answered by '{}' to {}: {}", response.status, service, method,
                       text.substr(0, 1024));
    co_return text;
}

GuestServices::Span GuestServices::begin_span(std::string name) {
    return {context_.trace.child(ports_.random).span_id_hex(), std::move(name), ports_.loop.clock().now()};
}

void GuestServices::log_span(const Span& span, Fields fields) {
    const auto took = std::chrono::duration<double, std::milli>(ports_.loop.clock().now() - span.begin);
    fields.emplace_back("span_id", span.id);
    fields.emplace_back("duration_ms", fmt::format("{:.3f}", took.count()));
    log(LogLevel::debug, span.name, std::move(fields));
}

Result<std::string> GuestServices::start_span(std::string_view name) {
    if (spans_.size() >= kMaxSpans)
        return fail("resource_exhausted", "a request has at most {} open spans", kMaxSpans);
    Span span = begin_span(std::string(name.substr(0, 128)));
    std::string id = span.id;
    spans_.emplace(id, std::move(span));
    return id;
}

Result<> GuestServices::end_span(std::string_view id) {
    const auto found = spans_.find(id);
    if (found == spans_.end())
        return fail("not_found", "there is no open span '{}'", id.substr(0, 32));
    log_span(found->second);
    spans_.erase(found);
    return {};
}

void GuestServices::set_attribute(std::string_view key, std::string_view value) {
    if (attributes_.size() < kMaxAttributes)
        attributes_.emplace_back(key.substr(0, 128), value.substr(0, 1024));
}

}  // namespace skep::host
