#include "http/detail/message_sender.hpp"

#include <charconv>

#include "http/detail/head_writer.hpp"
#include "http/detail/timed_wait.hpp"

namespace skep::http::detail {
namespace {

using Kind = BodyFraming::Kind;
using model::BodyStatus;

constexpr std::size_t kNotes = 256;  // reserved, so that views into the notes stay valid: 8 × 18 and the last chunk

constexpr int kWritesInTurn = 16;

}  // namespace

MessageSender::MessageSender(Wire& wire, std::string_view head, model::Body& body, BodyFraming framing, Options options)
    : wire_(wire),
      body_(body),
      framing_(framing),
      options_(options),
      written_before_(wire.bytes_written()),
      body_ended_(framing.kind == Kind::none),
      remaining_(framing.length) {
    parts_[part_count_++] = part_of(head);
}

bool MessageSender::try_send() {
    step();
    return state_ == State::sent;
}

async::Task<Result<>> MessageSender::send() {
    while (true) {
        step();
        if (state_ == State::sent)
            co_return Result<>();
        if (state_ == State::failed)
            co_return fail(*error_);
        if (state_ == State::gathering) {
            co_await next_turn(wire_.stream().writable().loop());
            continue;
        }
        async::Signal& signal = state_ == State::writing ? wire_.stream().writable() : body_.source().ready();
        const TimePoint deadline = signal.loop().now() + options_.idle;
        const bool in_time = co_await wait_until(signal, deadline);
        if (!in_time)
            co_return fail(options_.late_reason, "the message made no progress");
    }
}

void MessageSender::cut(Error error) {
    fail_with(std::move(error));
    if (body_.is_stream())
        body_.source().ready().set();
}

// Goes on until it must wait, or for its share of a turn: then the state is `gathering`.
void MessageSender::step() {
    if (state_ == State::waiting)
        state_ = State::gathering;
    for (int writes = 0; writes < kWritesInTurn; ++writes) {
        if (state_ == State::gathering)
            gather();
        if (state_ != State::writing)
            return;
        write();
        if (state_ != State::gathering)
            return;
    }
}

// Collects what the body has ready, behind the head where that has not left.
void MessageSender::gather() {
    std::size_t bytes = 0;
    while (!body_ended_ && chunk_count_ < kBatch && bytes < kBatchBytes) {
        Bytes chunk;
        const BodyStatus status = body_.poll(chunk);
        if (status == BodyStatus::failed)
            fail_with(body_.source().error());
        if (status == BodyStatus::end)
            gather_end();
        if (status != BodyStatus::ready)
            break;
        bytes += chunk.size();
        gather_chunk(std::move(chunk));
    }
    if (part_count_ > 0) {
        unwritten_ = std::span(parts_.data(), part_count_);
        state_ = State::writing;
    } else if (error_) {
        state_ = State::failed;
    } else {
        state_ = body_ended_ ? State::sent : State::waiting;
    }
}

void MessageSender::gather_chunk(Bytes chunk) {
    if (chunk.empty())
        return;  // as a chunk, it would end the body
    if (framing_.kind == Kind::length) {
        if (chunk.size() > remaining_) {
            chunk.truncate(remaining_);
            fail_with(internal("the body is longer than its stated length"));
        }
        remaining_ -= chunk.size();
        if (chunk.empty())
            return;
    }
    chunks_[chunk_count_] = std::move(chunk);
    const Bytes& kept = chunks_[chunk_count_++];
    if (framing_.kind != Kind::chunked) {
        parts_[part_count_++] = part_of(kept.view());
        return;
    }
    if (notes_.capacity() < kNotes)
        notes_.reserve(kNotes);
    char digits[16];
    const auto end = std::to_chars(digits, digits + sizeof(digits), kept.size(), 16).ptr;
    const std::size_t start = notes_.size();
    notes_.append(digits, end).append("\r\n");
    parts_[part_count_++] = part_of(std::string_view(notes_).substr(start));
    parts_[part_count_++] = part_of(kept.view());
    parts_[part_count_++] = part_of("\r\n");
}

void MessageSender::gather_end() {
    body_ended_ = true;
    if (framing_.kind == Kind::length && remaining_ > 0)
        fail_with(internal("the body is shorter than its stated length"));
    if (framing_.kind != Kind::chunked)
        return;
    last_.assign("0\r\n");
    write_trailers(body_.is_stream() ? body_.source().trailers() : nullptr, last_);
    parts_[part_count_++] = part_of(last_);
}

void MessageSender::write() {
    switch (wire_.write(unwritten_)) {
        case Wire::Kind::done:
            break;
        case Wire::Kind::would_block:
            return;
        case Wire::Kind::end:
        case Wire::Kind::failed:
            fail_with(skep::error(options_.broken_reason, "the connection broke while it was written to"));
            state_ = State::failed;
            return;
    }
    while (chunk_count_ > 0)
        chunks_[--chunk_count_] = Bytes();
    part_count_ = 0;
    notes_.clear();
    if (options_.progress != nullptr)
        options_.progress->wrote();
    state_ = error_ ? State::failed : body_ended_ ? State::sent : State::gathering;
}

void MessageSender::fail_with(Error error) {
    error_ = std::move(error);
    body_ended_ = true;
}

}  // namespace skep::http::detail
