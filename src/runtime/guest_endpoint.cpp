#include "runtime/guest_endpoint.hpp"

#include "async/guard.hpp"
#include "runtime/cgi.hpp"

namespace skep::runtime {
namespace {

constexpr std::size_t kBufferedReply = 64 << 10;  // a reply that is complete within this is not streamed

async::Task<Result<>> until_head_or_end(wasm::GuestTask& task) {
    while (!task.has_head() && !task.is_ended())
        co_await task.changed().wait();
    co_return Result<>();
}

// A program that goes on writing past its limit is not waited for.
async::Task<Result<>> until_end_or_excess(GuestRun& run) {
    while (!run.task->is_ended() && !run.services.output_exceeded())
        co_await run.task->changed().wait();
    co_return Result<>();
}

}  // namespace

GuestEndpoint::GuestEndpoint(RuntimePorts& ports, std::unique_ptr<wasm::Pool> pool, Settings settings)
    : ports_(ports),
      pool_(std::move(pool)),
      settings_(std::move(settings)),
      log_budget_(std::make_shared<host::LogBudget>(settings_.limits.log_bytes_per_second, ports.host.loop.now())),
      line_(settings_.store ? std::make_shared<store::StartLine>(ports.host.loop) : nullptr) {}

GuestEndpoint::~GuestEndpoint() = default;

async::Task<Result<model::Response>> GuestEndpoint::call(model::Request request, const model::CallContext& context) {
    const model::RequestOptions& route = settings_.routes->find(request.method, request.path());
    if (!settings_.store && !route.timeout)
        return call_alone(std::move(request), context);
    model::CallContext within = context;
    if (route.timeout)
        within.deadline = std::min(within.deadline, ports_.host.loop.now() + *route.timeout);
    if (settings_.store)
        return call_with_store(std::move(request), std::move(within));
    return call_within(std::move(request), std::move(within));
}

// Keeps the context that `call_alone` refers to.
async::Task<Result<model::Response>> GuestEndpoint::call_within(model::Request request, model::CallContext context) {
    co_return co_await call_alone(std::move(request), context);
}

async::Task<Result<model::Response>> GuestEndpoint::call_alone(model::Request request,
                                                               const model::CallContext& context) {
    auto run = std::make_unique<GuestRun>(settings_.environment, ports_.host, log_budget_, quanta_, context);
    run->cpu_ns = settings_.cpu_ns;
    run->is_head = request.method == "HEAD";
    if (!ports_.slots.try_take(context.depth, run->slot)) {
        CO_TRY(run->slot, co_await ports_.slots.take(context.depth, settings_.slot_wait));
    }
    CO_TRY_DO(bound_body(*run, request));
    CO_TRY_DO(start_task(*run, request, context));
    run->start();
    Result<model::Response> response = co_await answer(run);
    // A run whose response streams on belongs to the response now.
    if (run)
        ports_.retirement.retire(std::move(run), response.has_value());
    co_return response;
}

Result<> GuestEndpoint::bound_body(GuestRun& run, model::Request& request) const {
    const std::uint64_t limit = settings_.limits.request_body_bytes;
    const auto length = request.body.length();
    if (length.value_or(0) > limit)
        return fail("body_too_large", "the request body has {} bytes, the limit is {}", *length, limit);
    run.request_body_limit = limit;
    if (request.body.is_stream())
        request.body =
            model::Body(model::limited(request.body.take_source(), limit, &run.request_body_exceeded), length);
    return {};
}

Result<> GuestEndpoint::start_task(GuestRun& run, model::Request& request, const model::CallContext& context) {
    const auto left = context.deadline - ports_.host.loop.now();
    const wasm::GuestTask::Options options{
        .cpu_limit = settings_.limits.cpu_time,
        .wall_limit = std::max<std::chrono::nanoseconds>(
            std::min<std::chrono::nanoseconds>(settings_.limits.wall_time, left), std::chrono::milliseconds(1)),
        .nested = true};  // the slot queue decides, not the engine
    const auto make = [&]() -> Result<std::unique_ptr<wasm::GuestTask>> {
        if (!pool_->app()->code().kind().cgi)
            return wasm::GuestTask::http(*pool_, ports_.host.loop, run.services, request, options);
        run.services.capture_output(settings_.limits.response_bytes);
        return wasm::GuestTask::cgi(*pool_->app(), ports_.host.loop, run.services, cgi_variables(request, context.peer),
                                    request.body, options);
    };
    auto task = make();
    if (!task && task.error().name() == "no_free_instance") {
        pool_->trim(std::chrono::nanoseconds(0));
        task = make();
    }
    TRY(run.task, std::move(task));
    return {};
}

async::Task<Result<model::Response>> GuestEndpoint::answer(RunPtr& run) {
    const bool is_cgi = pool_->app()->code().kind().cgi;
    wasm::GuestTask& task = *run->task;
    if (!task.is_ended() && (is_cgi || !task.has_head())) {
        CO_TRY_DO(co_await until_answered(*run, nullptr));
    }
    if (task.is_about_to_run())
        co_await until_settled(task);
    co_return is_cgi ? cgi_response(*run) : http_response(run);
}

// Until there is a response's head, or the guest has ended.
async::Task<Result<>> GuestEndpoint::until_answered(GuestRun& run, async::CancelSource* cancel) {
    const async::GuardOptions options{.deadline = ports_.host.loop.now() + settings_.limits.wall_time,
                                      .cancel = cancel,
                                      .deadline_reason = "guest_timeout",
                                      .deadline_message = "the guest took longer than limits.time"};
    const bool is_cgi = pool_->app()->code().kind().cgi;
    auto waiting = is_cgi ? until_end_or_excess(run) : until_head_or_end(*run.task);
    co_return co_await async::guard(ports_.host.loop, std::move(waiting), options);
}

// Nothing has left yet, so whatever is wrong by now replaces the reply.
Result<model::Response> GuestEndpoint::http_response(RunPtr& run) {
    wasm::GuestTask& task = *run->task;
    if (task.failure() != nullptr || !task.has_head())
        return fail(failure_of(*run, error("guest_no_response", "the guest ended without a response")));
    model::Response response = *task.take_head();
    Bytes first;
    std::string gathered;
    while (true) {
        Bytes frame;
        const model::BodyStatus status = task.next_frame(frame);
        if (status == model::BodyStatus::end && task.trailers() == nullptr) {
            response.body = gathered.empty() ? model::Body(std::move(first)) : model::Body(std::move(gathered));
            if (run->request_body_exceeded || !has_promised_length(response, run->is_head))
                return fail(failure_of(*run, broken_off()));
            return response;
        }
        if (status == model::BodyStatus::failed)
            return fail(failure_of(*run, broken_off()));
        if (status != model::BodyStatus::ready)
            break;
        if (first.empty() && gathered.empty()) {
            first = std::move(frame);
            continue;
        }
        if (gathered.empty())
            gathered = std::exchange(first, Bytes()).view();
        gathered.append(frame.view());
        if (gathered.size() > kBufferedReply)
            break;
    }
    if (!gathered.empty())
        first = Bytes(std::move(gathered));
    task.lift_wall_limit();
    stream_on(run, response, std::move(first));
    return response;
}

void GuestEndpoint::stream_on(RunPtr& run, model::Response& response, Bytes first) {
    auto body = make_guest_body(std::move(run), ports_.retirement, settings_.limits.stream_idle);
    response.body = model::Body(model::prefixed(std::move(first), std::move(body)));
}

Result<model::Response> GuestEndpoint::cgi_response(GuestRun& run) const {
    if (run.services.output_exceeded())
        return fail("guest_response_too_large", "the output exceeds {} bytes", settings_.limits.response_bytes);
    if (run.task->failure() != nullptr || run.request_body_exceeded)
        return fail(failure_of(run, internal("the guest failed without a reason")));
    if (const int code = run.task->exit_code(); code != 0) {
        run.services.log(LogLevel::error, fmt::format("exited with code {}", code), {{"code", "guest_exit"}});
        return fail("guest_exit", "the program ended with code {}", code);
    }
    return parse_cgi_output(run.services.take_output());
}

Error GuestEndpoint::failure_of(GuestRun& run, Error otherwise) const {
    if (run.request_body_exceeded)
        return body_too_large(run);
    const Error* failure = run.task->failure();
    if (failure == nullptr)
        return otherwise;
    log_failure(run, *failure);
    return *failure;
}

}  // namespace skep::runtime
