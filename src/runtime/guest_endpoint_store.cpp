// A handler of a service with a store: its run is a transaction, and its reply waits for the flush.
#include "async/guard.hpp"
#include "host/traced_transaction.hpp"
#include "runtime/guest_endpoint.hpp"

namespace skep::runtime {
namespace {

constexpr std::size_t kHeldReply = 1 << 20;  // a larger reply leaves before its handler ends

// All of a request but a body that is not whole.
struct KeptRequest {
    explicit KeptRequest(const model::Request& request)
        : head{request.method, request.scheme, request.authority, request.target, request.headers, model::Body()} {
        if (!request.body.is_stream() && request.body.buffered().size() <= kKeptBody)
            body.emplace(request.body.buffered().view());
    }

    model::Request head;
    std::optional<std::string> body;

    model::Request again(const std::string& whole_body) && {
        model::Request request = std::move(head);
        request.body = model::Body(whole_body);
        return request;
    }
};

// For `batch = "alone"` of those that spoil batches: the method and the first part of the path.
std::string route_name(const model::Request& request) {
    const std::string_view path = request.path();
    return request.method + " " + std::string(path.substr(0, path.find('/', 1)));
}

async::Task<Result<std::string>> whole_body(model::Body& body, std::uint64_t limit, BodyBudget::Share& share) {
    std::string whole;
    while (true) {
        CO_TRY(const Bytes chunk, co_await model::next_chunk(body));
        if (chunk.empty())
            co_return whole;
        if (whole.size() + chunk.size() > limit)
            co_return fail("body_too_large", "the body exceeds {} bytes", limit);
        CO_TRY_DO(share.resize(whole.size() + chunk.size()));
        whole.append(chunk.view());
    }
}

// What has come of a response whose handler may still write: it is held back until the handler has ended.
struct HeldReply {
    std::optional<model::Response> response;
    bool is_broken = false;

    void add(Bytes frame) {
        if (size() == 0) {
            first = std::move(frame);
            return;
        }
        if (!first.empty())
            more = std::exchange(first, Bytes()).view();
        more.append(frame.view());
    }
    std::size_t size() const { return first.size() + more.size(); }
    Bytes take_body() { return more.empty() ? std::move(first) : Bytes(std::move(more)); }

private:
    Bytes first;  // or all of it, in `more`
    std::string more;
};

// Takes what is there; true once the handler has ended, or the reply is too large to be held. Of a handler that has
// ended all is taken: what it left is bounded by the frames that may be on their way.
bool take_frames(wasm::GuestTask& task, HeldReply& held) {
    if (!held.response)
        held.response = task.take_head();
    while (held.response && (task.is_ended() || held.size() <= kHeldReply)) {
        Bytes frame;
        const model::BodyStatus status = task.next_frame(frame);
        if (status != model::BodyStatus::ready) {
            held.is_broken = status == model::BodyStatus::failed;
            return task.is_ended();
        }
        held.add(std::move(frame));
    }
    return task.is_ended() || held.response;
}

async::Task<Result<>> until_over(wasm::GuestTask& task, HeldReply& held) {
    while (!take_frames(task, held))
        co_await task.changed().wait();
    co_return Result<>();
}

}  // namespace

struct GuestEndpoint::Attempt {
    store::HandlerOptions options;
    bool wants_second = false;
    std::string kept_body;
};

store::HandlerOptions GuestEndpoint::options_of(const model::Request& request,
                                                const model::CallContext& context) const {
    const model::RequestOptions& route = settings_.routes->find(request.method, request.path());
    const auto usual =
        model::is_safe_method(request.method) ? model::TransactionMode::late : model::TransactionMode::turn;
    return {.mode = route.transaction.value_or(usual),
            .batch_alone = route.batch == model::BatchMode::alone,
            .stream = route.stream,
            .transaction_timeout = route.transaction_timeout,
            .key_retention = route.idempotency.retention,
            .deadline = context.deadline,
            .route = route_name(request),
            .line = line_};
}

async::Task<Result<model::Response>> GuestEndpoint::call_with_store(model::Request request,
                                                                    model::CallContext context) {
    if (!model::takes_key(request.method))
        context.execution = model::NoExecution{};
    BodyBudget::Share share(ports_.bodies);
    if (std::holds_alternative<model::KeyedExecution>(context.execution) && request.body.is_stream()) {
        CO_TRY(std::string whole, co_await whole_body(request.body, settings_.limits.request_body_bytes, share));
        request.body = model::Body(std::move(whole));
    }
    Attempt attempt{.options = options_of(request, context)};
    KeptRequest kept(request);
    Result<model::Response> response = co_await run_with_store(std::move(request), context, attempt);
    if (!attempt.wants_second)
        co_return response;
    attempt.options.is_second_run = true;
    attempt.options.arrival = nullptr;
    const std::string body = kept.body ? *std::move(kept.body) : std::move(attempt.kept_body);
    model::Request again = std::move(kept).again(body);
    co_return co_await run_with_store(std::move(again), context, attempt);
}

async::Task<Result<model::Response>> GuestEndpoint::run_with_store(model::Request request,
                                                                   const model::CallContext& context,
                                                                   Attempt& attempt) {
    async::Loop& loop = ports_.host.loop;
    attempt.wants_second = false;
    auto run = std::make_unique<GuestRun>(settings_.environment, ports_.host, log_budget_, quanta_, context);
    run->cpu_ns = settings_.cpu_ns;
    run->is_head = request.method == "HEAD";
    if (!ports_.slots.try_take(context.depth, run->slot)) {
        CO_TRY(run->slot, co_await ports_.slots.take(context.depth, settings_.slot_wait));
    }
    CO_TRY_DO(bound_body(*run, request));
    if (request.body.is_stream()) {
        const auto length = request.body.length();
        run->arrival = std::make_unique<ArrivingBody>(loop, ports_.bodies, request.body.take_source());
        request.body = model::Body(run->arrival->reader(), length);
        attempt.options.arrival = run->arrival.get();
    }
    run->transaction = settings_.store->start(loop, attempt.options, context);
    if (run->services.shows_spans())
        run->transaction = std::make_unique<host::TracedTransaction>(std::move(run->transaction), run->services);
    run->services.use(run->transaction.get());
    CO_TRY(std::optional<model::Response> recorded, co_await run->transaction->admit(request));
    if (recorded)
        co_return *std::move(recorded);
    CO_TRY_DO(start_task(*run, request, context));
    run->start();
    Result<model::Response> response = co_await answer_with_store(run, attempt);
    if (attempt.wants_second) {
        if (run->arrival)
            attempt.kept_body = run->arrival->kept();
        run.reset();  // with its claim on the key
    }
    if (run)
        ports_.retirement.retire(std::move(run), response.has_value());
    co_return response;
}

// The transaction's own failure goes before what the guest said.
async::Task<Result<model::Response>> GuestEndpoint::answer_with_store(RunPtr& run, Attempt& attempt) {
    store::HandlerTransaction& transaction = *run->transaction;
    Result<model::Response> response = co_await response_with_store(run, attempt.options.stream);
    if (!run)
        co_return response;  // it streams on, and can write no more
    model::Response* answer = response ? &*response : nullptr;
    const bool is_over = run->task->is_ended();
    const bool has_trailers = response && is_over && run->task->trailers() != nullptr;
    // The next guest finds the instance's memory in the processor's caches, where no flush was waited for before.
    store::HandlerTransaction::Meanwhile free_instance;
    if (is_over && !has_trailers)
        free_instance = [&ended = *run] { ended.free_instance(); };
    const Result<store::Ending> ending = co_await transaction.end(answer, std::move(free_instance));
    if (!ending)
        co_return fail(ending.error());
    attempt.wants_second = *ending == store::Ending::run_again;
    if (has_trailers && !attempt.wants_second)
        stream_on(run, *response, response->body.take_buffered());
    co_return response;
}

// The response, whole and with its handler at an end; or one that streams on, to which the run belongs then.
async::Task<Result<model::Response>> GuestEndpoint::response_with_store(RunPtr& run, bool streams) {
    store::HandlerTransaction& transaction = *run->transaction;
    wasm::GuestTask& task = *run->task;
    const bool is_cgi = pool_->app()->code().kind().cgi;
    if (!task.is_ended() && (is_cgi || !task.has_head())) {
        CO_TRY_DO(co_await until_answered(*run, &transaction.stopped()));
    }
    if (is_cgi)
        co_return cgi_response(*run);
    const bool may_leave = transaction.may_stream() || streams;
    if (may_leave && task.is_about_to_run())
        co_await until_settled(task);
    // What has ended does not stream: its transaction has still to end.
    if (!may_leave || task.is_ended())
        co_return co_await held_response(run);
    CO_TRY_DO(co_await transaction.leave_streaming());
    co_return http_response(run);
}

async::Task<Result<model::Response>> GuestEndpoint::held_response(RunPtr& run) {
    wasm::GuestTask& task = *run->task;
    store::HandlerTransaction& transaction = *run->transaction;
    HeldReply held;
    if (!take_frames(task, held)) {
        const async::GuardOptions options{.deadline = ports_.host.loop.now() + settings_.limits.wall_time,
                                          .cancel = &transaction.stopped(),
                                          .deadline_reason = "guest_timeout",
                                          .deadline_message = "the guest took longer than limits.time"};
        auto over = until_over(task, held);
        CO_TRY_DO(co_await async::guard(ports_.host.loop, std::move(over), options));
    }
    if (task.failure() != nullptr || !held.response)
        co_return fail(failure_of(*run, error("guest_no_response", "the guest ended without a response")));
    model::Response response = *std::move(held.response);
    if (!task.is_ended()) {
        CO_TRY_DO(co_await transaction.leave_streaming());
        task.lift_wall_limit();
        stream_on(run, response, held.take_body());
        co_return response;
    }
    response.body = model::Body(held.take_body());
    if (held.is_broken || run->request_body_exceeded || !has_promised_length(response, run->is_head))
        co_return fail(failure_of(*run, broken_off()));
    co_return response;
}

}  // namespace skep::runtime
