#include "gateway/pipeline.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "base/letter_case.hpp"
#include "gateway/idempotency_key.hpp"
#include "gateway/service_endpoints.hpp"
#include "mesh/access_log.hpp"
#include "model/field_roles.hpp"

namespace skep::gateway {
namespace {

constexpr std::size_t kMaxRequestId = 128;

// The host of a Host header: without port, in lower case.
std::string host_of(std::string_view authority) {
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && authority.find(']', colon) == std::string_view::npos;
    return lowered(authority.substr(0, has_port ? colon : std::string_view::npos));
}

bool is_request_id(std::string_view text) {
    return !text.empty() && text.size() <= kMaxRequestId &&
           std::ranges::all_of(text, [](char c) { return c > 0x20 && c < 0x7F; });
}

async::Task<model::Response> answered(model::Response response) {
    co_return response;
}

// Whether the same request may do better in a second. `outcome_unknown` is for its sender to look into first: it may
// have been done.
bool is_worth_a_retry(const Error& error) {
    const int status = error.http_status();
    return ((status == 503 || status == 429) && error.name() != "outcome_unknown") ||
           error.name() == "idempotency_key_running";
}

// The client's trace, where it names one that can be taken up.
std::optional<TraceContext> client_trace(const model::Headers& headers) {
    return headers.count("traceparent") == 1 ? TraceContext::parse(headers.get("traceparent")) : std::nullopt;
}

// What only Skep may say to a service, and the state of a trace that was not taken up (W3C Trace Context, section 4.3).
void remove_reserved_fields(model::Headers& headers) {
    headers.remove_if([](const model::Headers::Field& field) { return model::is_reserved_field(field.name); });
    if (headers.contains("tracestate") && !client_trace(headers))
        headers.remove("tracestate");
}

}  // namespace

Result<RouteTable> make_route_table(const model::Application& application) {
    RouteTable table;
    for (const auto& service : application.services) {
        const auto target = static_cast<std::uint32_t>(table.targets.size());
        table.targets.push_back(service.name);
        table.request_body_limits.push_back(service.limits.request_body_bytes);
        table.options.emplace_back();
        if (service.has_store()) {
            TRY(model::RouteOptionsTable options, model::RouteOptionsTable::make(service));
            table.options.back() = std::make_unique<const model::RouteOptionsTable>(std::move(options));
        }
        for (const auto& route : service.routes) {
            TRY_DO(table.router.add(route, target));
            table.known_prefixes += table.known_prefixes.empty() ? route.path : ", " + route.path;
        }
    }
    return table;
}

Pipeline::Pipeline(Ports ports, Settings settings)
    : ports_(ports), settings_(settings), routes_(std::make_shared<RouteTable>()) {}

std::uint64_t Pipeline::request_body_limit(const model::Request& request, std::uint64_t usual) const {
    const auto match = routes_->router.find(host_of(request.authority), request.method, request.path());
    return match.kind == model::Router::Match::Kind::found ? routes_->request_body_limits[match.target] : usual;
}

async::Task<model::Response> Pipeline::handle(model::Request request, const http::ConnectionInfo& connection) {
    if (is_service_endpoint(request.path()))
        return answered(answer_service_endpoint(request, ports_.reports));
    return route(std::move(request), connection);
}

// Neither this nor `handle` is a coroutine: a frame would cost more than finding the route.
async::Task<model::Response> Pipeline::route(model::Request request, const http::ConnectionInfo& connection) {
    const std::shared_ptr<const RouteTable> routes = routes_;
    const bool by_host = routes->router.has_hosts();
    const std::string host = by_host ? host_of(request.authority) : std::string();
    const auto match = routes->router.find(host, request.method, request.path());
    if (match.kind != model::Router::Match::Kind::found) {
        model::Response response = refused(no_route(match, request.path()), request, connection);
        if (!match.allow.empty())
            response.headers.set("allow", match.allow);
        return answered(std::move(response));
    }
    model::Execution execution;
    if (const auto& options = routes->options[match.target]) {
        Result<model::Execution> named = execution_of(request, *options);
        if (!named)
            return answered(refused(named.error(), request, connection));
        execution = *std::move(named);
    }
    return call(routes->targets[match.target], std::move(request), std::move(execution), connection);
}

model::Response Pipeline::refused(const Error& error, const model::Request& request,
                                  const http::ConnectionInfo& connection) {
    const model::CallContext context = context_of(request, connection);
    model::Response response = refuse(error);
    response.headers.set("x-trace-id", context.request_id);
    if (ports_.access_log != nullptr)
        ports_.access_log->log(
            mesh::access_line(context, {.asked = fmt::format("{} {}", request.method, request.target),
                                        .status = response.status,
                                        .code = error.name()}));
    return response;
}

async::Task<model::Response> Pipeline::call(model::ServiceName service, model::Request request,
                                            model::Execution execution, const http::ConnectionInfo& connection) {
    model::CallContext context = context_of(request, connection);
    context.execution = std::move(execution);
    remove_reserved_fields(request.headers);
    Result<model::Response> result = co_await ports_.invoker.invoke(service, std::move(request), context);
    model::Response response = result ? std::move(*result) : refuse(result.error());
    response.headers.set("x-trace-id", context.request_id);
    co_return response;
}

model::CallContext Pipeline::context_of(const model::Request& request, const http::ConnectionInfo& connection) {
    model::CallContext context;
    context.deadline = ports_.loop.now() + settings_.deadline;
    const auto given = client_trace(request.headers);
    context.trace = given ? *given : TraceContext::start(ports_.random);
    const std::string_view id = request.headers.get("x-trace-id");
    context.request_id = is_request_id(id) ? std::string(id) : context.trace.trace_id_hex();
    context.peer = connection.peer_ip;
    return context;
}

Error Pipeline::no_route(const model::Router::Match& match, std::string_view path) const {
    if (match.kind == model::Router::Match::Kind::method_not_allowed)
        return error("method_not_allowed", "'{}' takes only the methods {}", path, match.allow);
    if (settings_.development && !routes_->known_prefixes.empty())
        return error("route_not_found", "no route for '{}'; there are {}", path, routes_->known_prefixes);
    return error("route_not_found", "no route for '{}'", path);
}

model::Response Pipeline::refuse(const Error& error) const {
    model::Response response = model::problem_response(
        error, settings_.development ? model::DetailMember::backtrace : model::DetailMember::none);
    if (is_worth_a_retry(error))
        response.headers.set("retry-after", "1");
    return response;
}

}  // namespace skep::gateway
