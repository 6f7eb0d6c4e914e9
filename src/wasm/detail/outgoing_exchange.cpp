#include "wasm/detail/outgoing_exchange.hpp"

#include <algorithm>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "async/guard.hpp"
#include "wasm/detail/bridge.hpp"
#include "wasm/detail/waker.hpp"
#include "wasm/guest_task.hpp"

namespace skep::wasm {
namespace {

using OutgoingPtr = std::shared_ptr<skep_outgoing>;

// The request body that the guest writes.
class OutgoingBody final : public model::BodySource, WakeTarget {
public:
    OutgoingBody(async::Loop& loop, OutgoingPtr outgoing)
        : outgoing_(std::move(outgoing)), waker_(Waker::make(loop, *this)), ready_(loop) {}
    ~OutgoingBody() override {
        waker_->detach();
        waker_->release();
    }

    model::BodyStatus poll(Bytes& chunk) override {
        skep_buffer buffer{};
        switch (skep_outgoing_next(outgoing_.get(), waker_, &buffer)) {
            case SKEP_NEXT_READY:
                chunk = to_bytes(buffer);
                return model::BodyStatus::ready;
            case SKEP_NEXT_PENDING:
                return model::BodyStatus::pending;
            case SKEP_NEXT_END:
                trailers_ = to_trailers(skep_outgoing_trailers(outgoing_.get()));
                return model::BodyStatus::end;
            default:
                return model::BodyStatus::failed;
        }
    }
    async::Signal& ready() override { return ready_; }
    Error error() const override { return cancelled("the guest broke its request off"); }
    const model::Headers* trailers() const override { return trailers_.empty() ? nullptr : &trailers_; }

private:
    void woken() override { ready_.set(); }

    OutgoingPtr outgoing_;
    Waker* waker_;
    async::Signal ready_;
    model::Headers trailers_;
};

std::optional<std::uint64_t> take_length(model::Headers& headers) {
    const std::string_view text = headers.get("content-length");
    std::uint64_t length = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), length);
    const bool is_number = !text.empty() && fault == std::errc() && end == text.data() + text.size();
    headers.remove("content-length");
    return is_number ? std::optional(length) : std::nullopt;
}

// Most requests have no body, or one that is complete already: those need not travel as a stream.
model::Body body_of(async::Loop& loop, const OutgoingPtr& outgoing, std::optional<std::uint64_t> length) {
    auto source = std::make_unique<OutgoingBody>(loop, outgoing);
    if (length == 0U)
        return {};
    Bytes first;
    if (!length && source->poll(first) == model::BodyStatus::end)
        return {};
    if (first.empty())
        return model::Body(std::move(source), length);
    std::string text(first.view());
    while (text.size() < (64U << 10)) {
        Bytes more;
        const auto status = source->poll(more);
        if (status == model::BodyStatus::end && source->trailers() == nullptr)
            return model::Body(std::move(text));
        if (status != model::BodyStatus::ready)
            break;
        text.append(more.view());
    }
    return model::Body(model::prefixed(Bytes(std::move(text)), std::move(source)));
}

skep_http_error http_error_of(const Error& error) {
    static constexpr std::pair<std::string_view, skep_http_error> kKnown[] = {
        {"service_not_found", SKEP_HTTP_DESTINATION_NOT_FOUND},
        {"name_not_resolved", SKEP_HTTP_DNS_ERROR},
        {"connect_failed", SKEP_HTTP_CONNECTION_REFUSED},
        {"upstream_closed", SKEP_HTTP_CONNECTION_TERMINATED},
        {"upstream_protocol_error", SKEP_HTTP_PROTOCOL_ERROR},
        {"malformed_request", SKEP_HTTP_REQUEST_URI_INVALID},
        {"call_not_granted", SKEP_HTTP_REQUEST_DENIED},
        {"outbound_not_granted", SKEP_HTTP_REQUEST_DENIED},
        {"address_not_allowed", SKEP_HTTP_DESTINATION_IP_PROHIBITED},
        {"call_depth_exceeded", SKEP_HTTP_LOOP_DETECTED},
        {"tls_not_available", SKEP_HTTP_TLS_PROTOCOL_ERROR},
        {"authority_invalid", SKEP_HTTP_REQUEST_URI_INVALID},
    };
    for (const auto& [name, code] : kKnown) {
        if (error.name() == name)
            return code;
    }
    if (error.code() == ErrorCode::deadline_exceeded)
        return SKEP_HTTP_RESPONSE_TIMEOUT;
    return error.code() == ErrorCode::unavailable ? SKEP_HTTP_DESTINATION_UNAVAILABLE : SKEP_HTTP_INTERNAL_ERROR;
}

void report(skep_outgoing* outgoing, const Error& error) {
    skep_outgoing_fail(outgoing, http_error_of(error), to_raw(error.to_string()));
}

Result<> respond(skep_outgoing* outgoing, const model::Response& response) {
    const std::vector<skep_header> fields = to_raw(response.headers);
    const skep_response_head head{static_cast<std::uint16_t>(response.status), {fields.data(), fields.size()}};
    skep_error* failure = nullptr;
    if (!skep_outgoing_respond(outgoing, &head, &failure))
        return fail(take_error(failure));
    return {};
}

void end_response(skep_outgoing* outgoing, model::Body& body) {
    const model::Headers* trailers = body.is_stream() ? body.source().trailers() : nullptr;
    if (trailers == nullptr) {
        skep_outgoing_end(outgoing, nullptr);
        return;
    }
    const std::vector<skep_header> fields = to_raw(*trailers);
    const skep_headers raw{fields.data(), fields.size()};
    skep_outgoing_end(outgoing, &raw);
}

async::Task<Result<>> exchange(GuestTask& task, OutgoingExchange& state, model::Request request,
                               std::chrono::nanoseconds patience, OutgoingPtr outgoing) {
    request.body = body_of(task.loop(), outgoing, take_length(request.headers));
    CO_TRY(model::Response response, co_await task.host().send(std::move(request), patience));
    CO_TRY_DO(respond(outgoing.get(), response));
    while (true) {
        CO_TRY(Bytes chunk, co_await model::next_chunk(response.body));
        if (chunk.empty())
            break;
        const std::size_t size = chunk.size();
        skep_outgoing_push(outgoing.get(), to_raw(std::move(chunk)));
        co_await state.make_room(size);
    }
    end_response(outgoing.get(), response.body);
    co_return Result<>();
}

}  // namespace

void OutgoingExchange::on_window(std::size_t count) {
    under_way_ -= std::min(count, under_way_);
    window_.set();
}

async::Task<void> OutgoingExchange::make_room(std::size_t pushed) {
    constexpr std::size_t kWindow = 64 << 10;
    under_way_ += pushed;
    while (under_way_ >= kWindow)
        co_await window_.wait();
}

OutgoingExchange& exchange_of(skep_outgoing* outgoing) {
    return *static_cast<OutgoingExchange*>(skep_outgoing_user(outgoing));
}

model::Request request_of(const skep_outgoing_head& head) {
    model::Request request;
    request.method = to_view(head.method);
    request.scheme = to_view(head.scheme);
    request.authority = to_view(head.authority);
    request.target = to_view(head.path);
    request.headers = to_headers(head.headers);
    return request;
}

std::chrono::nanoseconds patience_of(const skep_outgoing_head& head) {
    return std::chrono::nanoseconds(head.first_byte_timeout_ns);
}

namespace {

async::Task<void> supervise(GuestTask& task, std::shared_ptr<OutgoingExchange> state, model::Request request,
                            std::chrono::nanoseconds patience, OutgoingPtr outgoing) {
    auto running = exchange(task, *state, std::move(request), patience, outgoing);
    const async::GuardOptions options{.cancel = &state->cancel()};
    const Result<> ended = co_await async::guard(task.loop(), std::move(running), options);
    if (!ended)
        report(outgoing.get(), ended.error());
}

}  // namespace

// Not a coroutine itself: the library may call back for `outgoing` before the first turn of the exchange.
async::Task<void> run_exchange(GuestTask& task, model::Request request, std::chrono::nanoseconds patience,
                               skep_outgoing* outgoing) {
    auto state = std::make_shared<OutgoingExchange>(task.loop());
    skep_outgoing_set_user(outgoing, state.get());
    return supervise(task, std::move(state), std::move(request), patience, {outgoing, skep_outgoing_free});
}

}  // namespace skep::wasm
