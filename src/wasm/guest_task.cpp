#include "wasm/guest_task.hpp"

#include "base/check.hpp"
#include "wasm/detail/bridge.hpp"
#include "wasm/detail/outgoing_exchange.hpp"

namespace skep::wasm {
namespace {

constexpr std::size_t kWindow = 64 << 10;  // bytes handed to a guest that it has not taken

std::vector<skep_header> raw_variables(const GuestTask::Variables& variables) {
    std::vector<skep_header> raw;
    raw.reserve(variables.size());
    for (const auto& [name, value] : variables)
        raw.push_back({to_raw(name), to_raw(value)});
    return raw;
}

skep_task_options raw_options_of(const GuestTask::Options& options, GuestTask* user, Waker* waker) {
    skep_task_options raw{};
    raw.user = user;
    raw.waker = waker;
    raw.cpu_limit_ns = static_cast<std::uint64_t>(options.cpu_limit.count());
    raw.wall_limit_ns = static_cast<std::uint64_t>(options.wall_limit.count());
    raw.nested = options.nested ? 1 : 0;
    return raw;
}

}  // namespace

GuestTask::GuestTask(Engine& engine, async::Loop& loop, GuestHost& host)
    : engine_(engine), loop_(loop), host_(host), waker_(Waker::make(loop, *this)), changed_(loop), window_(loop) {}

GuestTask::~GuestTask() {
    calls_.reset();
    waker_->detach();
    if (raw_ != nullptr)
        skep_task_free(raw_);
    waker_->release();
}

Result<> GuestTask::adopt(skep_task* raw, skep_error* failure) {
    raw_ = raw;
    if (raw == nullptr)
        return fail(take_error(failure));
    return {};
}

Result<std::unique_ptr<GuestTask>> GuestTask::http(Pool& pool, async::Loop& loop, GuestHost& host,
                                                   model::Request& request, const Options& options) {
    const App& app = *pool.app();
    std::unique_ptr<GuestTask> task(new GuestTask(app.engine(), loop, host));
    const std::vector<skep_header> headers = to_raw(request.headers);
    skep_request_head head{};
    head.method = to_raw(request.method);
    head.scheme = to_raw(request.scheme);
    head.authority = to_raw(request.authority);
    head.path = to_raw(request.target);
    head.headers = {headers.data(), headers.size()};
    head.has_body = request.body.is_empty() ? 0 : 1;
    const skep_task_options raw_options = raw_options_of(options, task.get(), task->waker_);
    skep_error* failure = nullptr;
    skep_task* raw = skep_task_http(app.raw(), pool.raw(), &head, &raw_options, &failure);
    TRY_DO(task->adopt(raw, failure));
    if (head.has_body != 0)
        task->feed(std::move(request.body));
    return task;
}

Result<std::unique_ptr<GuestTask>> GuestTask::cgi(const App& app, async::Loop& loop, GuestHost& host,
                                                  const Variables& variables, model::Body& input,
                                                  const Options& options) {
    std::unique_ptr<GuestTask> task(new GuestTask(app.engine(), loop, host));
    const std::vector<skep_header> env = raw_variables(variables);
    const skep_task_options raw_options = raw_options_of(options, task.get(), task->waker_);
    skep_error* failure = nullptr;
    skep_task* raw = skep_task_cgi(app.raw(), env.data(), env.size(), &raw_options, &failure);
    TRY_DO(task->adopt(raw, failure));
    task->feed(std::move(input));
    return task;
}

Result<std::unique_ptr<GuestTask>> GuestTask::run(const App& app, async::Loop& loop, GuestHost& host,
                                                  model::Body& input, const Options& options) {
    std::unique_ptr<GuestTask> task(new GuestTask(app.engine(), loop, host));
    const skep_task_options raw_options = raw_options_of(options, task.get(), task->waker_);
    skep_error* failure = nullptr;
    TRY_DO(task->adopt(skep_task_run(app.raw(), &raw_options, &failure), failure));
    task->feed(std::move(input));
    return task;
}

void GuestTask::start(Start when) {
    if (when == Start::now || host_.is_waited_for())
        poll();
    else
        loop_.post_behind(*this);
}

void GuestTask::lift_wall_limit() {
    skep_task_wall_limit(raw_, 0);
}

void GuestTask::woken() {
    if (ended_)
        changed_.set();
    else if (polling_)
        woken_while_polling_ = true;
    else
        post();
}

void GuestTask::post() {
    posted_ = true;
    loop_.post_next(*this);
}

// It has used its quantum.
void GuestTask::go_on_later() {
    has_used_quantum_ = true;
    engine_.tick_often();
    if (host_.is_waited_for())
        loop_.post(*this);
    else
        loop_.post_behind(*this);
}

void GuestTask::poll() {
    if (ended_)
        return;
    engine_.keep_ticking();
    polling_ = true;
    posted_ = false;
    woken_while_polling_ = false;
    const std::uint32_t outcome = skep_task_poll(raw_);
    polling_ = false;
    ended_ = outcome == SKEP_POLL_DONE || outcome == SKEP_POLL_FAILED;
    if (outcome == SKEP_POLL_FAILED)
        failure_ = to_error(*skep_task_error(raw_));
    else if (outcome == SKEP_POLL_PENDING && refused_timers_ > 0 && !woken_while_polling_)
        stop(*refusal_);
    else if (outcome == SKEP_POLL_PREEMPTED)
        go_on_later();
    else if (!ended_ && woken_while_polling_)
        post();
    changed_.set();
}

// It stays where it stands, and goes with the task.
void GuestTask::stop(const Error& error) {
    ended_ = true;
    failure_ = error;
}

bool GuestTask::may_start_timer() {
    const Result<> allowed = host_.before_timer(*this);
    if (allowed)
        return true;
    ++refused_timers_;
    refusal_ = allowed.error();
    return false;
}

int GuestTask::exit_code() const {
    return skep_task_exit_code(raw_);
}

std::chrono::nanoseconds GuestTask::cpu_time() const {
    return std::chrono::nanoseconds(skep_task_cpu_ns(raw_));
}

model::BodyStatus GuestTask::next_frame(Bytes& frame) {
    skep_buffer buffer{};
    switch (skep_response_next(raw_, &buffer)) {
        case SKEP_NEXT_READY:
            frame = to_bytes(buffer);
            return model::BodyStatus::ready;
        case SKEP_NEXT_PENDING:
            // A guest that failed will send nothing more.
            return failure_ ? model::BodyStatus::failed : model::BodyStatus::pending;
        case SKEP_NEXT_END:
            return failure_ ? model::BodyStatus::failed : model::BodyStatus::end;
        default:
            return model::BodyStatus::failed;
    }
}

const model::Headers* GuestTask::trailers() {
    if (!trailers_)
        trailers_ = to_trailers(skep_response_trailers(raw_));
    return trailers_->empty() ? nullptr : &*trailers_;
}

void GuestTask::close_response() {
    skep_response_close(raw_);
}

async::TaskGroup& GuestTask::calls() {
    if (!calls_)
        calls_.emplace(loop_);
    return *calls_;
}

void GuestTask::on_head(const skep_response_head& head) {
    head_.emplace();
    head_->status = head.status;
    head_->headers = to_headers(head.headers);
}

std::uint32_t GuestTask::on_output(std::uint32_t stream, std::string_view bytes) {
    const GuestStream to = stream == SKEP_STDOUT ? GuestStream::out : GuestStream::err;
    return host_.output(to, bytes) ? SKEP_WRITE_OK : SKEP_WRITE_CLOSED;
}

void GuestTask::on_request_window(std::size_t count) {
    CHECK(count <= under_way_);
    under_way_ -= count;
    window_.set();
}

void GuestTask::on_outgoing(const skep_outgoing_head& head, skep_outgoing* outgoing) {
    calls().spawn(run_exchange(*this, request_of(head), patience_of(head), outgoing));
}

// A buffered body is handed over at once, whatever its size: it is in memory anyway.
void GuestTask::feed(model::Body body) {
    if (body.is_stream()) {
        calls().spawn(feed_stream(std::move(body)));
        return;
    }
    Bytes bytes = body.take_buffered();
    if (!bytes.empty()) {
        under_way_ += bytes.size();
        skep_request_push(raw_, to_raw(std::move(bytes)));
    }
    skep_request_end(raw_, nullptr);
}

async::Task<void> GuestTask::feed_stream(model::Body body) {
    const Result<> forwarded = co_await forward_stream(body);
    if (!forwarded) {
        skep_request_fail(raw_);
        co_return;
    }
    const model::Headers* trailers = body.source().trailers();
    if (trailers == nullptr) {
        skep_request_end(raw_, nullptr);
        co_return;
    }
    const std::vector<skep_header> fields = to_raw(*trailers);
    const skep_headers raw{fields.data(), fields.size()};
    skep_request_end(raw_, &raw);
}

async::Task<Result<>> GuestTask::forward_stream(model::Body& body) {
    while (true) {
        CO_TRY(Bytes chunk, co_await model::next_chunk(body));
        if (chunk.empty())
            co_return Result<>();
        under_way_ += chunk.size();
        skep_request_push(raw_, to_raw(std::move(chunk)));
        while (under_way_ >= kWindow)
            co_await window_.wait();
    }
}

}  // namespace skep::wasm
