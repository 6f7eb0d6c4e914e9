#include "http/detail/session.hpp"

#include "async/guard.hpp"
#include "http/detail/timed_wait.hpp"

namespace skep::http::detail {
namespace {

constexpr std::size_t kLingerBytes = 1024 * 1024;
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Error error_of(const Fault& fault) {
    return error(fault.reason, "{}", fault.rule);
}

// What OPTIONS * is answered: which methods there are for one resource or another (RFC 9110, section 9.3.7).
model::Response options_of_server() {
    model::Response response;
    response.status = 204;
    response.headers.add("allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return response;
}

}  // namespace

Session::Session(SessionContext& context, async::StreamPtr stream)
    : context_(context),
      wire_(std::move(stream)),
      info_{.peer = wire_.stream().peer(), .peer_ip = wire_.stream().peer().ip()},
      cancel_(context.loop),
      grace_(cancel_),
      waiting_since_(context.loop.now()) {
    context_.observer.connection_opened();
}

Session::~Session() {
    context_.observer.connection_closed(wire_.bytes_read(), wire_.bytes_written());
}

async::Task<void> Session::run() {
    watch_ = watch();
    watch_.await_suspend(std::noop_coroutine()).resume();
    while (keep_alive_) {
        HeadState state = look_for_head();
        if (state == HeadState::waiting) {
            const bool in_time = co_await wait_until(wire_.stream().readable(), head_deadline());
            if (in_time)
                continue;
            state = on_head_timeout();
        }
        if (state == HeadState::gone)
            co_return;
        const async::GuardOptions while_connected{.cancel = &cancel_};
        const auto done = co_await async::guard(context_.loop, exchange(), while_connected);
        if (!done)
            co_return;
    }
    co_await linger();
}

void Session::look_again() {
    wire_.stream().readable().set();
}

Session::HeadState Session::look_for_head() {
    const HeadBounds bounds = bounds_of(context_.limits);
    while (true) {
        if (const HeadState state = scan_head(); state != HeadState::waiting)
            return state;
        switch (wire_.fill(std::max(context_.limits.read_ahead, bounds.first_line + bounds.block + 1))) {
            case Wire::Kind::done:
                break;
            case Wire::Kind::would_block:
                return context_.draining_since && wire_.input().empty() && served_ > 0 ? HeadState::gone
                                                                                       : HeadState::waiting;
            case Wire::Kind::end:
                return at_end();
            case Wire::Kind::failed:
                return HeadState::gone;
        }
    }
}

// Looks for a head in what was read. One empty line before it is skipped (RFC 9112, section 2.2).
Session::HeadState Session::scan_head() {
    InputBuffer& input = wire_.input();
    if (!head_since_ && input.view().starts_with("\r\n"))
        input.consume(2);
    if (input.empty() || input.view() == "\r")
        return HeadState::waiting;
    if (!head_since_)
        head_since_ = context_.loop.now();
    const auto scanned = scanner_.scan(input.view(), bounds_of(context_.limits));
    if (!scanned)
        return refuse(scanned.error());
    return *scanned == HeadScanner::State::complete ? read_head() : check_beginning();
}

Session::HeadState Session::read_head() {
    InputBuffer& input = wire_.input();
    auto head =
        parse_request_head(input.view().substr(0, scanner_.size()), scanner_.first_line_size(), context_.limits);
    if (!head)
        return refuse(head.error());
    input.consume(scanner_.size());
    scanner_.reset();
    line_checked_ = false;
    head_since_.reset();
    head_.emplace(*std::move(head));
    return HeadState::complete;
}

// Refuses what can be no head already by its first line, such as HTTP/0.9, without waiting for the rest.
Session::HeadState Session::check_beginning() {
    if (line_checked_ || scanner_.first_line_size() == 0)
        return HeadState::waiting;
    line_checked_ = true;
    const std::string_view line = wire_.input().view().substr(0, scanner_.first_line_size());
    const auto checked = check_request_line(line, context_.limits);
    return checked ? HeadState::waiting : refuse(checked.error());
}

Session::HeadState Session::refuse(const Fault& fault) {
    refusal_ = error_of(fault);
    to_head_ = wire_.input().view().starts_with("HEAD ");
    to_http_1_0_ = false;
    return HeadState::refused;
}

Session::HeadState Session::at_end() {
    if (wire_.input().empty())
        return HeadState::gone;
    return refuse({"malformed_request", "the connection was closed within the head"});
}

Session::HeadState Session::on_head_timeout() {
    if (wire_.input().empty())
        return HeadState::gone;
    return refuse({"request_timeout", "the head arrived too slowly"});
}

TimePoint Session::head_deadline() const {
    const ServerLimits& limits = context_.limits;
    if (head_since_)
        return *head_since_ + limits.head_timeout;
    if (context_.draining_since)
        return waiting_since_ + limits.drain_first_request;
    return waiting_since_ + (served_ > 0 ? limits.idle_timeout : limits.head_timeout);
}

// Answers the request whose head was found, or refuses what was found instead. The handler sees paths only.
async::Task<Result<>> Session::exchange() {
    model::Response response;
    if (!begin_exchange()) {
        context_.observer.request_refused(*refusal_);
        response = model::problem_response(*refusal_);
    } else if (head_->request.target == "*") {
        response = options_of_server();
    } else {
        try {
            response = co_await context_.handler.handle(std::move(head_->request), info_);
        } catch (...) {
            response = on_exception();
        }
    }
    // The replies of one turn leave together: the client wakes once for many (docs/adr/0031).
    co_await next_turn(context_.loop);
    settle_body(response);
    start_response(response);
    if (!sender_->try_send()) {
        const auto sent = co_await sender_->send();
        if (!sent) {
            context_.observer.response_failed(sent.error());
            if (framing_.kind == BodyFraming::Kind::until_close)
                wire_.stream().abort();
            co_return sent;
        }
    }
    end_exchange();
    co_return Result<>();
}

// Whether there is a request for the handler; else `refusal_` says why not.
bool Session::begin_exchange() {
    busy_ = true;
    if (!refusal_) {
        to_head_ = head_->request.method == "HEAD";
        to_http_1_0_ = head_->is_http_1_0;
        if (head_->request.authority.empty())
            head_->request.authority = context_.default_authority;
        keep_alive_ = head_->keep_alive;
        refusal_ = check_body_size();
    }
    if (refusal_) {
        keep_alive_ = false;
        return false;
    }
    attach_body();
    if (hung_up_)
        inspect_hangup();
    return true;
}

// Called while the handler's exception is handled.
model::Response Session::on_exception() {
    std::string what = "unknown exception";
    try {
        throw;
    } catch (const std::exception& thrown) {
        what = thrown.what();
    } catch (...) {
    }
    context_.observer.response_failed(internal("the handler threw: {}", what));
    return model::problem_response(internal("the handler failed"));
}

std::optional<Error> Session::check_body_size() {
    if (head_->framing.kind != BodyFraming::Kind::length)
        return std::nullopt;
    const auto limit = context_.handler.request_body_limit(head_->request, context_.limits.request_body);
    if (head_->framing.length <= limit)
        return std::nullopt;
    return error("body_too_large", "the body of {} bytes exceeds {} bytes", head_->framing.length, limit);
}

void Session::attach_body() {
    const BodyFraming framing = head_->framing;
    InputBuffer& input = wire_.input();
    may_send_continue_ = head_->expects_continue && framing.kind != BodyFraming::Kind::none;
    if (framing.kind == BodyFraming::Kind::none)
        return;
    if (framing.kind == BodyFraming::Kind::length && framing.length <= input.size()) {
        head_->request.body = model::Body(Bytes::copy_of(input.view().substr(0, framing.length)));
        input.consume(framing.length);
        may_send_continue_ = false;
        return;
    }
    const ServerLimits& limits = context_.limits;
    const FieldRules trailers{limits.fields, limits.header_block, limits.allow_underscores};
    const IntakeRules rules{.limit = context_.handler.request_body_limit(head_->request, limits.request_body),
                            .min_rate = limits.min_body_rate,
                            .rate_grace = limits.body_rate_grace,
                            .idle = limits.stream_idle,
                            .fault_reason = {},
                            .end_reason = "malformed_request",
                            .cut_reason = "client_closed",
                            .late_reason = "request_timeout"};
    intake_.emplace(wire_, framing, trailers, rules);
    intake_->listen(*this);
    const auto length = framing.kind == BodyFraming::Kind::length ? std::optional(framing.length) : std::nullopt;
    head_->request.body = model::Body(std::make_unique<IncomingBody>(context_.loop, *intake_), length);
}

void Session::start_response(model::Response& response) {
    if (response.status == 205)
        response.body = model::Body();  // RFC 9110, section 15.3.6
    if (std::exchange(may_send_continue_, false) && intake_ && intake_->is_held())
        interim_ = kContinue;  // the body will be read while the response streams
    keep_alive_ = keep_alive_ && !context_.draining_since;
    ResponseShape shape{.to_head = to_head_, .to_http_1_0 = to_http_1_0_, .date = context_.date.at(context_.loop)};
    write_head(response, shape);
    const BodyFraming framing = to_head_ ? BodyFraming{} : framing_;
    sender_.emplace(wire_, out_, response.body, framing,
                    MessageSender::Options{.idle = context_.limits.stream_idle, .progress = this});
}

// A response that cannot be written is replaced by one that says so.
void Session::write_head(model::Response& response, const ResponseShape& shape) {
    ResponseShape final_shape = shape;
    for (int attempt = 0; attempt < 2; ++attempt) {
        framing_ = framing_of(response, shape);
        keep_alive_ = keep_alive_ && framing_.kind != BodyFraming::Kind::until_close;
        final_shape.keep_alive = keep_alive_;
        out_.assign(interim_);
        const auto written = write_response_head(response, framing_, final_shape, out_);
        if (written)
            return;
        const Error failure = error("invalid_response", "the response cannot be sent: {}", written.error().rule);
        context_.observer.response_failed(failure);
        response = model::problem_response(failure);
    }
}

// Before the response: what becomes of a body that was not read to its end.
void Session::settle_body(model::Response& response) {
    if (!intake_ || intake_->is_finished())
        return;
    if (intake_->is_held() && response.body.is_stream())
        intake_->look_ahead();
    else
        discard_body();
    if (intake_->has_failed()) {
        context_.observer.request_refused(intake_->error());
        response = model::problem_response(intake_->error());
        keep_alive_ = false;
    }
}

void Session::discard_body() {
    intake_->detach();
    if (may_send_continue_) {
        keep_alive_ = false;  // the client may send the body or not
        return;
    }
    Bytes chunk;
    std::size_t discarded = 0;
    while (discarded < context_.limits.discarded_body && intake_->poll(chunk) == model::BodyStatus::ready)
        discarded += chunk.size();
    keep_alive_ = keep_alive_ && intake_->is_finished();
}

void Session::end_exchange() {
    sender_.reset();
    if (intake_ && !intake_->is_finished())
        discard_body();
    intake_.reset();
    wire_.input().shrink();
    interim_ = {};
    head_.reset();
    busy_ = false;
    grace_.disarm();
    ++served_;
    waiting_since_ = context_.loop.now();
}

// Lets the client read the last reply: closing with bytes unread would reset the connection under
// it.
async::Task<void> Session::linger() {
    wire_.stream().shutdown_write();
    const TimePoint deadline = context_.loop.now() + context_.limits.linger;
    for (std::size_t discarded = 0; discarded < kLingerBytes;) {
        wire_.input().consume(wire_.input().size());
        const Wire::Kind kind = wire_.fill(context_.limits.read_ahead);
        discarded += wire_.input().size();
        if (kind == Wire::Kind::done)
            continue;
        if (kind != Wire::Kind::would_block)
            co_return;
        const bool in_time = co_await wait_until(wire_.stream().readable(), deadline);
        if (!in_time)
            co_return;
    }
}

async::Task<void> Session::watch() {
    while (!wire_.stream().is_broken()) {
        co_await wire_.stream().hangup().wait();
        hung_up_ = true;
        if (busy_)
            inspect_hangup();
    }
}

// The client has closed its direction or broken the connection: reading tells which.
void Session::inspect_hangup() {
    Wire::Kind kind = Wire::Kind::done;
    while (kind == Wire::Kind::done)
        kind = wire_.fill(context_.limits.read_ahead);
    if (kind == Wire::Kind::failed || wire_.stream().is_broken()) {
        cancel_.cancel();
        return;
    }
    // What is left of a body that is larger than the read-ahead lies before the end, which is found later then.
    const bool body_is_coming = intake_ && !intake_->is_finished() && kind != Wire::Kind::end;
    if (!body_is_coming)
        context_.loop.arm(grace_, context_.loop.now() + context_.limits.half_close_grace);
}

void Session::before_first_wait() {
    if (!std::exchange(may_send_continue_, false))
        return;
    interim_ = kContinue;
    iovec part = part_of(interim_);
    std::span<iovec> parts(&part, 1);
    wire_.write(parts);
    interim_ = parts.empty() ? std::string_view() : interim_.substr(interim_.size() - part.iov_len);
}

void Session::finished() {
    if (hung_up_ && busy_)
        inspect_hangup();
}

// A request's body that fails cuts the reply that has begun: it was made of what is no whole request.
void Session::failed() {
    if (sender_)
        sender_->cut(intake_->error());
}

void Session::wrote() {
    if (grace_.is_armed())
        context_.loop.arm(grace_, context_.loop.now() + context_.limits.half_close_grace);
}

}  // namespace skep::http::detail
