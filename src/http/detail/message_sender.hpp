#pragma once
// MessageSender: writes a head and its body, with as few writes as the body allows.

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "async/task.hpp"
#include "http/detail/fields.hpp"
#include "http/detail/wire.hpp"
#include "model/body.hpp"

namespace skep::http::detail {

// Sends one message. Backpressure: takes chunks off the body only when the ones before are written.
class MessageSender {
public:
    // Told after each write that went through.
    class Progress {
    public:
        virtual ~Progress() = default;
        virtual void wrote() {}
    };

    struct Options {
        Duration idle;  // without progress: fails with `late_reason`
        std::string_view late_reason = "deadline_exceeded";
        std::string_view broken_reason = "client_closed";
        Progress* progress = nullptr;
    };

    // `head` and `body` outlive the sender. With `framing` none, the body is not looked at.
    MessageSender(Wire& wire, std::string_view head, model::Body& body, BodyFraming framing, Options options);

    // Sends what can be sent without waiting; whether that was everything. Before `send`, or not at
    // all.
    bool try_send();

    // Sends the rest. Fails as the body does; with `broken_reason`; with `internal` where the body
    // has more or fewer bytes than its stated length. After a failure the message is incomplete.
    async::Task<Result<>> send();

    // Ends the message here, without its end: `send` fails with `error`.
    void cut(Error error);

    // Whether a byte of the message left.
    bool has_written() const { return wire_.bytes_written() != written_before_; }

private:
    static constexpr std::size_t kBatch = 8;  // chunks a write
    static constexpr std::size_t kBatchBytes = 256 * 1024;

    enum class State : std::uint8_t { gathering, writing, waiting, sent, failed };

    void step();
    void gather();
    void gather_chunk(Bytes chunk);
    void gather_end();
    void write();
    void fail_with(Error error);

    Wire& wire_;
    model::Body& body_;
    BodyFraming framing_;
    Options options_;
    std::uint64_t written_before_;
    State state_ = State::gathering;
    bool body_ended_ = false;
    std::uint64_t remaining_;  // of a body with a length
    std::optional<Error> error_;

    std::array<Bytes, kBatch> chunks_;
    std::size_t chunk_count_ = 0;
    std::string notes_;  // chunk sizes
    std::string last_;   // the last chunk with its trailers
    std::array<iovec, 3 * kBatch + 2> parts_;
    std::size_t part_count_ = 0;
    std::span<iovec> unwritten_;
};

}  // namespace skep::http::detail
