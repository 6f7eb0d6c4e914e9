#include "runtime/guest_run.hpp"

#include "async/guard.hpp"

namespace skep::runtime {
namespace {

constexpr auto kLinger = std::chrono::seconds(5);
constexpr int kSettlingTurns = 4;  // a reply that is complete after so many is not streamed

async::Task<Result<>> until_ended(wasm::GuestTask& task) {
    while (!task.is_ended())
        co_await task.changed().wait();
    co_return Result<>();
}

class GuestBody final : public model::BodySource {
public:
    GuestBody(std::unique_ptr<GuestRun> run, RunRetirement& retirement, std::chrono::milliseconds idle)
        : run_(std::move(run)), retirement_(retirement), idle_(idle), timeout_(*this) {}
    ~GuestBody() override { retirement_.retire(std::move(run_), ended_); }

    model::BodyStatus poll(Bytes& chunk) override {
        const model::BodyStatus status = next(chunk);
        ended_ = status == model::BodyStatus::end;
        if (status == model::BodyStatus::failed && !std::exchange(failure_told_, true))
            log_failure(*run_, error());
        return status;
    }
    async::Signal& ready() override { return run_->task->changed(); }
    Error error() const override {
        if (is_late_)
            return skep::error("guest_timeout", "the guest sent nothing for {} ms", idle_.count());
        if (run_->request_body_exceeded)
            return body_too_large(*run_);
        if (const Error* failure = run_->task->failure())
            return *failure;
        return broken_off();
    }
    const model::Headers* trailers() const override { return run_->task->trailers(); }

private:
    struct Timeout final : async::Timer {
        explicit Timeout(GuestBody& owner) : body(owner) {}
        void expired() override {
            body.is_late_ = true;
            body.run_->task->changed().set();
        }
        GuestBody& body;
    };

    model::BodyStatus next(Bytes& chunk) {
        if (is_late_)
            return model::BodyStatus::failed;
        const model::BodyStatus status = run_->task->next_frame(chunk);
        async::Loop& loop = run_->task->loop();
        if (status != model::BodyStatus::pending)
            timeout_.disarm();
        else if (!timeout_.is_armed())
            loop.arm(timeout_, loop.now() + idle_);
        if (status == model::BodyStatus::end && run_->request_body_exceeded)
            return model::BodyStatus::failed;
        return status;
    }

    std::unique_ptr<GuestRun> run_;
    RunRetirement& retirement_;
    std::chrono::milliseconds idle_;
    Timeout timeout_;
    bool is_late_ = false;
    bool ended_ = false;
    bool failure_told_ = false;
};

}  // namespace

void GuestRun::free_instance() {
    const auto used = task ? task->cpu_time() : std::chrono::nanoseconds(0);
    if (used.count() > 0)
        quanta->note(task->has_used_quantum());
    if (cpu_ns != nullptr)
        cpu_ns->add(static_cast<std::uint64_t>(used.count()));
    task.reset();
    slot = Slot();
}

async::Task<void> until_settled(wasm::GuestTask& task) {
    for (int turn = 0; turn < kSettlingTurns && task.is_about_to_run(); ++turn)
        co_await task.changed().wait();
}

bool has_promised_length(const model::Response& response, bool is_head) {
    const std::string_view promised = response.headers.get("content-length");
    const bool has_no_body = is_head || response.status == 204 || response.status == 304;
    return promised.empty() || has_no_body || promised == std::to_string(response.body.length().value_or(0));
}

Error broken_off() {
    return error("guest_invalid_response", "the guest broke its response off, or sent another length than it told");
}

Error body_too_large(const GuestRun& run) {
    return error("body_too_large", "the request body exceeds {} bytes", run.request_body_limit);
}

void log_failure(GuestRun& run, const Error& failure) {
    run.services.log(LogLevel::error, failure.message(),
                     {{"code", std::string(failure.name())}, {"backtrace", failure.detail()}});
}

void RunRetirement::retire(std::unique_ptr<GuestRun> run, bool allow_to_finish) {
    if (allow_to_finish && run->task && !run->task->is_ended())
        lingering_.spawn(linger(std::move(run)));
}

async::Task<void> RunRetirement::linger(std::unique_ptr<GuestRun> run) {
    const async::GuardOptions options{.deadline = loop_.now() + kLinger};
    auto ending = until_ended(*run->task);
    const Result<> ended = co_await async::guard(loop_, std::move(ending), options);
    if (!ended)
        run->services.log(LogLevel::warn, "stopped: it ran on for 5 s after its response");
}

std::unique_ptr<model::BodySource> make_guest_body(std::unique_ptr<GuestRun> run, RunRetirement& retirement,
                                                   std::chrono::milliseconds idle) {
    return std::make_unique<GuestBody>(std::move(run), retirement, idle);
}

}  // namespace skep::runtime
