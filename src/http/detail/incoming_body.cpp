#include "http/detail/incoming_body.hpp"

#include "http/detail/timed_wait.hpp"

namespace skep::http::detail {
namespace {

using model::BodyStatus;

constexpr std::size_t kReadAhead = 64 * 1024;
constexpr std::uint64_t kMostEarned = 24 * 3600;  // seconds; keeps the sum within its type

}  // namespace

BodyIntake::BodyIntake(Wire& wire, BodyFraming framing, const FieldRules& trailers, const IntakeRules& rules)
    : wire_(wire), decoder_(framing, trailers), rules_(rules) {}

BodyIntake::~BodyIntake() {
    if (reader_ == nullptr)
        return;
    listener_ = nullptr;
    if (state_ == BodyStatus::pending)
        fail_with(skep::error(rules_.cut_reason, "the connection ended before the body"));
    reader_->end_with(state_);
}

BodyStatus BodyIntake::poll(Bytes& chunk) {
    while (state_ == BodyStatus::pending) {
        if (auto decoded = decode(chunk))
            return *decoded;
        if (!std::exchange(has_waited_, true) && listener_ != nullptr)
            listener_->before_first_wait();
        switch (wire_.fill_body(kReadAhead)) {
            case Wire::Kind::done:
                break;
            case Wire::Kind::would_block:
                return BodyStatus::pending;
            case Wire::Kind::end:
                if (decoder_.may_end_at_close())
                    return finish();
                return fail_with(ended_early());
            case Wire::Kind::failed:
                return fail_with(skep::error(rules_.cut_reason, "the connection broke within the body"));
        }
    }
    return state_;
}

// Looks at what was read already; empty where more is needed.
std::optional<BodyStatus> BodyIntake::decode(Bytes& chunk) {
    std::string_view input = wire_.input().view();
    const std::size_t before = input.size();
    std::string_view found;
    const auto step = decoder_.decode(input, found);
    if (!step)
        return fail_with(fault_of(step.error()));
    std::optional<BodyStatus> status;
    if (*step == BodyDecoder::Step::payload)
        status = take(found, chunk);
    wire_.input().consume(before - input.size());
    if (*step == BodyDecoder::Step::end)
        status = finish();
    return status;
}

void BodyIntake::look_ahead() {
    auto read = Wire::Kind::done;
    while (read == Wire::Kind::done)
        read = wire_.fill_body(kReadAhead);
    BodyDecoder ahead = decoder_;
    std::string_view input = wire_.input().view();
    std::uint64_t received = received_;
    auto step = BodyDecoder::Step::payload;
    while (step == BodyDecoder::Step::payload && state_ == BodyStatus::pending) {
        std::string_view found;
        const auto decoded = ahead.decode(input, found);
        received += found.size();
        if (!decoded)
            fail_with(fault_of(decoded.error()));
        else if (received > rules_.limit)
            fail_with(too_large());
        else
            step = *decoded;
    }
    if (step == BodyDecoder::Step::need_more && read == Wire::Kind::end && !decoder_.may_end_at_close())
        fail_with(ended_early());
    if (state_ == BodyStatus::failed && reader_ != nullptr)
        reader_->ready_.set();
}

void BodyIntake::detach() {
    if (reader_ != nullptr)
        reader_->give_up(skep::error(rules_.cut_reason, "the answer was given before the body was read"));
}

Error BodyIntake::fault_of(const Fault& fault) const {
    return skep::error(rules_.fault_reason.empty() ? fault.reason : rules_.fault_reason, "{}", fault.rule);
}

Error BodyIntake::too_large() const {
    return skep::error("body_too_large", "the body exceeds {} bytes", rules_.limit);
}

Error BodyIntake::ended_early() const {
    return skep::error(rules_.end_reason, "the connection was closed within the body");
}

BodyStatus BodyIntake::take(std::string_view found, Bytes& chunk) {
    received_ += found.size();
    if (received_ > rules_.limit)
        return fail_with(too_large());
    chunk = Bytes::copy_of(found);
    return BodyStatus::ready;
}

BodyStatus BodyIntake::finish() {
    if (rules_.nothing_may_follow && !wire_.input().empty())
        return fail_with(skep::error(rules_.fault_reason, "bytes follow the body"));
    state_ = BodyStatus::end;
    if (listener_ != nullptr)
        listener_->finished();
    return state_;
}

BodyStatus BodyIntake::fail_with(Error error) {
    error_ = std::move(error);
    state_ = BodyStatus::failed;
    if (listener_ != nullptr)
        listener_->failed();
    return state_;
}

TimePoint BodyIntake::wait_deadline(TimePoint now) const {
    if (rules_.min_rate == 0)
        return now + rules_.idle;
    const auto earned = std::chrono::seconds(std::min<std::uint64_t>(received_ / rules_.min_rate, kMostEarned));
    const Duration left = rules_.rate_grace + earned - waited_;
    return now + std::min<Duration>(left, rules_.idle);
}

void BodyIntake::time_out() {
    abort(skep::error(rules_.late_reason, "the body arrived too slowly"));
}

void BodyIntake::abort(Error error) {
    if (state_ == BodyStatus::pending)
        fail_with(std::move(error));
}

IncomingBody::IncomingBody(async::Loop& loop, BodyIntake& intake, std::unique_ptr<Keeper> keeper)
    : loop_(loop), ready_(loop), intake_(&intake), keeper_(std::move(keeper)) {
    intake.reader_ = this;
}

IncomingBody::~IncomingBody() {
    release();
}

void IncomingBody::release() {
    wait_.destroy();
    is_waiting_ = false;
    if (intake_ != nullptr)
        std::exchange(intake_, nullptr)->reader_ = nullptr;
    keeper_.reset();
}

BodyStatus IncomingBody::poll(Bytes& chunk) {
    if (intake_ == nullptr)
        return state_;
    const BodyStatus status = intake_->poll(chunk);
    if (status == BodyStatus::pending)
        start_waiting();
    if (status == BodyStatus::end || status == BodyStatus::failed)
        end_with(status);
    return status;
}

void IncomingBody::end_with(BodyStatus state) {
    state_ = state;
    if (state == BodyStatus::failed)
        error_ = intake_->error();
    if (intake_->trailers() != nullptr)
        trailers_ = *intake_->trailers();
    release();
    ready_.set();
}

void IncomingBody::give_up(Error error) {
    state_ = BodyStatus::failed;
    error_ = std::move(error);
    release();
    ready_.set();
}

void IncomingBody::start_waiting() {
    if (std::exchange(is_waiting_, true))
        return;
    wait_ = wait_for_bytes();
    wait_.await_suspend(std::noop_coroutine()).resume();
}

// Waits once: while the reader does not ask, no clock runs against the sender.
async::Task<void> IncomingBody::wait_for_bytes() {
    const TimePoint start = loop_.now();
    const TimePoint deadline = intake_->wait_deadline(start);
    const bool in_time = co_await wait_until(intake_->wire().stream().readable(), deadline);
    is_waiting_ = false;
    intake_->waited(loop_.now() - start);
    if (!in_time)
        intake_->time_out();
    ready_.set();
}

}  // namespace skep::http::detail
