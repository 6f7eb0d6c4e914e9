#include "admin/control_api.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

#include <boost/json.hpp>
#include <fmt/ranges.h>

#include "admin/json_views.hpp"
#include "admin/replies.hpp"
#include "base/letter_case.hpp"
#include "telemetry/prometheus.hpp"

namespace skep::admin {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kBodyLimit = 11 << 20;
constexpr std::uint64_t kReplyLimit = 64 << 20;
constexpr auto kCallDeadline = std::chrono::seconds(15);

Result<std::uint64_t> number_parameter(std::string_view query, std::string_view name, std::uint64_t usual) {
    const std::string_view text = query_parameter(query, name);
    if (text.empty())
        return usual;
    std::uint64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (fault != std::errc() || end != text.data() + text.size())
        return fail("invalid_argument", "the parameter '{}' is no number: '{}'", name, text);
    return number;
}

// Equal in a time that does not depend on where they differ.
bool equal_secrets(std::string_view left, std::string_view right) {
    unsigned difference = left.size() == right.size() ? 0 : 1;
    for (std::size_t i = 0; i < std::min(left.size(), right.size()); ++i)
        difference |= static_cast<unsigned char>(left[i]) ^ static_cast<unsigned char>(right[i]);
    return difference == 0;
}

Result<model::Request> request_of(const json::object& call) {
    model::Request request;
    request.method = text_member(call, "method", "GET");
    request.target = text_member(call, "path", "/");
    request.authority = text_member(call, "service", "") + ".skep.internal";
    if (!request.target.starts_with('/'))
        return fail("invalid_argument", "the path '{}' does not start with '/'", request.target);
    if (const json::value* headers = call.if_contains("headers"); headers != nullptr && headers->is_object()) {
        for (const auto& field : headers->get_object()) {
            if (field.value().is_string())
                request.headers.add(field.key(), std::string_view(field.value().get_string()));
        }
    }
    request.body = model::Body(text_member(call, "body", ""));
    return request;
}

bool is_probe(std::string_view path) {
    return path == "/livez" || path == "/readyz" || path == "/startupz";
}

// The rest of `text` after the word "Bearer" and a space, in whatever case (RFC 9110 section 11.1); empty where it
// starts otherwise.
std::string_view bearer_token(std::string_view text) {
    constexpr std::string_view kScheme = "bearer ";
    if (!equals_ignoring_case(text.substr(0, kScheme.size()), kScheme))
        return {};
    return text.substr(kScheme.size());
}

// The one method by which a path is asked for.
std::string_view method_of(std::string_view path) {
    if (StoreApi::has(path))
        return StoreApi::method_of(path);
    return path == "/api/v1/call" || path == "/api/v1/reload" ? "POST" : "GET";
}

std::string to_json(const model::Response& response, const std::string& body) {
    json::object headers;
    for (const auto& field : response.headers)
        headers[field.name] = field.value;
    return json::serialize(json::object{{"status", response.status}, {"headers", headers}, {"body", body}}) + "\n";
}

}  // namespace

ControlApi::ControlApi(Ports ports, std::string token)
    : ports_(ports), token_(std::move(token)), stores_(ports.loop, ports.stores) {}

async::Task<model::Response> ControlApi::handle(model::Request request, const http::ConnectionInfo&) {
    Result<model::Response> response = co_await dispatch(request);
    if (response)
        co_return std::move(*response);
    model::Response refused = model::problem_response(response.error(), model::DetailMember::context);
    if (refused.status == 401)
        refused.headers.set("www-authenticate", "Bearer");
    if (refused.status == 405)
        refused.headers.set("allow", method_of(request.path()));
    co_return refused;
}

async::Task<Result<model::Response>> ControlApi::dispatch(model::Request& request) {
    const std::string path(request.path());
    if (path != "/metrics" && !is_probe(path))
        CO_TRY_DO(authorize(request));
    if (request.method != method_of(path))
        co_return fail("method_not_allowed", "{} is asked for by {}", path, method_of(path));
    if (is_probe(path))
        co_return probe(request);
    if (path == "/metrics")
        co_return text_reply(200, telemetry::kPrometheusType,
                             telemetry::prometheus_text(ports_.reports.process(), ports_.reports.services()));
    if (path == "/api/v1/status")
        co_return text_reply(200, "application/json", status_json(ports_.reports));
    if (path == "/api/v1/openapi.json")
        co_return text_reply(200, "application/json", openapi_json());
    if (path == "/api/v1/config")
        co_return text_reply(200, "application/json", ports_.operations.effective_configuration());
    if (path == "/api/v1/logs")
        co_return logs(request);
    if (StoreApi::has(path))
        co_return co_await stores_.handle(request);
    if (path == "/api/v1/call")
        co_return co_await call_service(request);
    if (path == "/api/v1/reload")
        co_return co_await reload();
    co_return fail("route_not_found", "the control API has no '{}'", path);
}

Result<> ControlApi::authorize(const model::Request& request) const {
    const std::string_view given = bearer_token(request.headers.get("authorization"));
    if (!given.empty() && equal_secrets(given, token_))
        return {};
    return fail("unauthenticated", "the control API wants the token of the data directory (control.token)");
}

model::Response ControlApi::probe(const model::Request& request) const {
    const bool is_alive = request.path() == "/livez" || ports_.reports.process().ready;
    if (request.query().starts_with("verbose"))
        return text_reply(is_alive ? 200 : 503, "application/json", health_json(ports_.reports));
    return text_reply(is_alive ? 200 : 503, "text/plain", is_alive ? "ok\n" : "not ready\n");
}

Result<> ControlApi::check_service(const std::string& name) const {
    const std::vector<telemetry::ServiceReport> services = ports_.reports.services();
    if (std::ranges::find(services, name, &telemetry::ServiceReport::name) != services.end())
        return {};
    std::vector<std::string_view> names;
    std::ranges::transform(services, std::back_inserter(names), &telemetry::ServiceReport::name);
    return fail("service_not_found", "there is no service '{}', but {}", name, fmt::join(names, ", "));
}

Result<model::Response> ControlApi::logs(const model::Request& request) const {
    TRY(std::uint64_t from, number_parameter(request.query(), "from", 0));
    TRY(const std::uint64_t tail, number_parameter(request.query(), "tail", 1000));
    const std::string service(query_parameter(request.query(), "service"));
    const auto records = ports_.logs.history(service, from);
    if (records.empty() && !service.empty())
        TRY_DO(check_service(service));
    std::string lines;
    for (std::size_t i = records.size() > tail ? records.size() - tail : 0; i < records.size(); ++i)
        lines += skep::to_json(records[i]) + "\n";
    model::Response response = text_reply(200, "application/x-ndjson", std::move(lines));
    response.headers.add("x-skep-next", std::to_string(from));
    return response;
}

async::Task<Result<model::Response>> ControlApi::call_service(model::Request& request) {
    CO_TRY(const json::object call, co_await read_object(request.body, kBodyLimit));
    const std::string name = text_member(call, "service", "");
    CO_TRY(model::ServiceName service, model::parse_service_name(name));
    CO_TRY(model::Request sent, request_of(call));
    model::CallContext context;
    context.deadline = ports_.loop.now() + kCallDeadline;
    context.trace = TraceContext::start(ports_.random);
    context.request_id = context.trace.trace_id_hex();
    CO_TRY(model::Response response,
           co_await ports_.invoker.invoke(std::move(service), std::move(sent), std::move(context)));
    CO_TRY(const std::string text, co_await model::read_all(response.body, kReplyLimit));
    co_return text_reply(200, "application/json", to_json(response, text));
}

async::Task<Result<model::Response>> ControlApi::reload() {
    CO_TRY_DO(co_await ports_.operations.reload());
    co_return text_reply(200, "application/json", "{\"reloaded\":true}\n");
}

}  // namespace skep::admin
