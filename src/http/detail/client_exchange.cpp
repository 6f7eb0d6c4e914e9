#include "http/detail/client_exchange.hpp"

#include <limits>

#include "http/detail/timed_wait.hpp"

namespace skep::http::detail {
namespace {

constexpr int kMostInterims = 16;

Error not_valid(std::string_view rule) {
    return error("upstream_protocol_error", "the upstream's answer is not valid: {}", rule);
}

// Takes the bytes of a buffered body and leaves a view of them in it.
Bytes lend_buffered(model::Body& body) {
    if (body.is_stream())
        return {};
    Bytes bytes = body.take_buffered();
    body = model::Body(Bytes::literal(bytes.view()));
    return bytes;
}

}  // namespace

ClientExchange::ClientExchange(ConnectionPtr connection, Message message, const ClientLimits& limits, async::Loop& loop)
    : loop_(loop),
      limits_(limits),
      connection_(std::move(connection)),
      message_(std::move(message)),
      buffered_(lend_buffered(message_.body)),
      sender_(connection_->wire(), message_.head, message_.body, message_.framing,
              {.idle = limits.stream_idle, .late_reason = "upstream_timeout", .broken_reason = "upstream_closed"}),
      is_reused_(connection_->was_used()),
      read_before_(connection_->wire().bytes_read()) {}

ClientExchange::~ClientExchange() {
    sending_.destroy();
    const bool body_ended = ended_well_ || (intake_ && intake_->is_finished());
    const bool is_reusable =
        body_ended && is_sent_ && head_ && head_->keep_alive && wire().input().empty() && !wire().has_ended();
    intake_.reset();
    if (is_reusable) {
        ConnectionPool& pool = connection_->pool();
        pool.keep(std::move(connection_));
    }
}

async::Task<Result<model::Response>> ClientExchange::run(std::unique_ptr<ClientExchange>& exchange) {
    ClientExchange& self = *exchange;
    self.start_sending();
    while (true) {
        const HeadState state = self.look_for_head();
        if (state == HeadState::failed)
            co_return fail(*self.error_);
        if (state == HeadState::complete)
            co_return take_response(exchange);
        const TimePoint deadline = self.loop_.now() + self.limits_.stream_idle;
        const bool in_time = co_await wait_until(self.wire().stream().readable(), deadline);
        if (!in_time)
            co_return fail("upstream_timeout", "the upstream did not answer");
    }
}

void ClientExchange::start_sending() {
    is_sent_ = sender_.try_send();
    if (is_sent_)
        return;
    sending_ = send_rest();
    sending_.await_suspend(std::noop_coroutine()).resume();
}

// A connection that broke while it was written to may still hold an early reply: the reader finds
// out. A request body that failed ends the exchange.
async::Task<void> ClientExchange::send_rest() {
    const auto sent = co_await sender_.send();
    is_sent_ = sent.has_value();
    if (!sent && sent.error().name() != "upstream_closed") {
        error_ = sent.error();
        if (intake_)
            intake_->abort(sent.error());
        wire().stream().readable().set();
    }
}

ClientExchange::HeadState ClientExchange::look_for_head() {
    while (!error_) {
        if (const HeadState state = scan_head(); state != HeadState::waiting)
            return state;
        const HeadBounds bounds = bounds_of(limits_);
        switch (wire().fill(bounds.first_line + bounds.block + 1)) {
            case Wire::Kind::done:
                break;
            case Wire::Kind::would_block:
                return HeadState::waiting;
            case Wire::Kind::end:
            case Wire::Kind::failed:
                closed_early_ = true;
                return fail_with(wire().input().empty() && interims_ == 0
                                     ? error("upstream_closed", "the upstream closed the connection before it answered")
                                     : error("upstream_protocol_error", "the upstream's answer ends within its head"));
        }
    }
    return HeadState::failed;
}

ClientExchange::HeadState ClientExchange::scan_head() {
    const auto scanned = scanner_.scan(wire().input().view(), bounds_of(limits_));
    if (!scanned)
        return fail_with(scanned.error());
    return *scanned == HeadScanner::State::complete ? read_head() : HeadState::waiting;
}

// An interim head is dropped and the next one looked for.
ClientExchange::HeadState ClientExchange::read_head() {
    InputBuffer& input = wire().input();
    auto head = parse_response_head(input.view().substr(0, scanner_.size()), scanner_.first_line_size(),
                                    message_.method, limits_);
    input.consume(scanner_.size());
    scanner_.reset();
    if (!head)
        return fail_with(head.error());
    if (head->response.status == 101)
        return fail_with(Fault{{}, "the protocol is switched without being asked to"});
    if (head->response.status < 200) {
        if (++interims_ > kMostInterims)
            return fail_with(Fault{{}, "there are too many interim responses"});
        return scan_head();
    }
    head_.emplace(*std::move(head));
    return HeadState::complete;
}

ClientExchange::HeadState ClientExchange::fail_with(Error error) {
    error_ = std::move(error);
    return HeadState::failed;
}

ClientExchange::HeadState ClientExchange::fail_with(const Fault& fault) {
    return fail_with(not_valid(fault.rule));
}

Result<model::Response> ClientExchange::take_response(std::unique_ptr<ClientExchange>& exchange) {
    ClientExchange& self = *exchange;
    using Kind = BodyFraming::Kind;
    const BodyFraming framing = self.head_->framing;
    model::Response response = std::move(self.head_->response);
    const bool is_whole =
        framing.kind == Kind::none || (framing.kind == Kind::length && framing.length <= self.wire().input().size());
    if (is_whole) {
        TRY(response.body, self.take_whole_body());
        exchange.reset();
        return response;
    }
    const FieldRules trailers{self.limits_.fields, self.limits_.header_block, true};
    TRY_DO(self.check_first_chunks(framing, trailers));
    const IntakeRules rules{.limit = std::numeric_limits<std::uint64_t>::max(),
                            .min_rate = 0,
                            .rate_grace = {},
                            .idle = self.limits_.stream_idle,
                            .fault_reason = "upstream_protocol_error",
                            .end_reason = "upstream_closed",
                            .cut_reason = "upstream_closed",
                            .late_reason = "upstream_timeout",
                            .nothing_may_follow = true};
    self.intake_.emplace(self.wire(), framing, trailers, rules);
    const auto length = framing.kind == Kind::length ? std::optional(framing.length) : std::nullopt;
    async::Loop& loop = self.loop_;
    BodyIntake& intake = *self.intake_;
    response.body = model::Body(std::make_unique<IncomingBody>(loop, intake, std::move(exchange)), length);
    return response;
}

// What came of a chunked body along with the head is looked at before the head is handed on, so that its faults are
// faults of the whole answer.
Result<> ClientExchange::check_first_chunks(const BodyFraming& framing, const FieldRules& trailers) const {
    if (framing.kind != BodyFraming::Kind::chunked)
        return {};
    BodyDecoder decoder(framing, trailers);
    std::string_view input = wire().input().view();
    std::string_view found;
    while (true) {
        const auto step = decoder.decode(input, found);
        if (!step)
            return fail(not_valid(step.error().rule));
        if (*step == BodyDecoder::Step::end && !input.empty())
            return fail(not_valid("bytes follow it"));
        if (*step != BodyDecoder::Step::payload)
            return {};
    }
}

// The body that was read along with the head.
Result<model::Body> ClientExchange::take_whole_body() {
    InputBuffer& input = wire().input();
    model::Body body(Bytes::copy_of(input.view().substr(0, head_->framing.length)));
    input.consume(head_->framing.length);
    if (!input.empty())
        return fail(not_valid("bytes follow it"));
    ended_well_ = true;
    return body;
}

}  // namespace skep::http::detail
