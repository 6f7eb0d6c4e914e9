#pragma once
// The body of a message that is being received: BodyIntake takes it off the wire, IncomingBody
// hands it to its reader.

#include <memory>
#include <optional>

#include "async/task.hpp"
#include "http/detail/body_decoder.hpp"
#include "http/detail/wire.hpp"
#include "model/body.hpp"

namespace skep::http::detail {

// What bounds a body, and how its failures are called.
struct IntakeRules {
    std::uint64_t limit;     // of its payload
    std::uint32_t min_rate;  // bytes per second of waiting, after `rate_grace`
    Duration rate_grace;
    Duration idle;                    // without a byte
    std::string_view fault_reason;    // for malformed bytes; empty: the reason of the fault
    std::string_view end_reason;      // the peer closed its direction too early
    std::string_view cut_reason;      // the connection broke, or was given up
    std::string_view late_reason;     // the rate or the idle limit
    bool nothing_may_follow = false;  // bytes behind the body are a fault
};

class IncomingBody;

// Decodes one body. Lives with the connection, within the loop.
class BodyIntake {
public:
    // Told on the way; does nothing by default.
    class Listener {
    public:
        virtual ~Listener() = default;
        virtual void before_first_wait() {}  // the reader wants bytes and none have come yet
        virtual void finished() {}           // the body was received whole
        virtual void failed() {}             // it will not be; `error()` says why
    };

    BodyIntake(Wire& wire, BodyFraming framing, const FieldRules& trailers, const IntakeRules& rules);
    BodyIntake(const BodyIntake&) = delete;
    BodyIntake& operator=(const BodyIntake&) = delete;
    ~BodyIntake();

    void listen(Listener& listener) { listener_ = &listener; }

    // As BodySource::poll, reading from the wire as needed.
    model::BodyStatus poll(Bytes& chunk);

    // Looks at what has come, without taking it: finds a fault before the reader does.
    void look_ahead();

    // How long the reader may wait for the next byte.
    TimePoint wait_deadline(TimePoint now) const;
    void waited(Duration time) { waited_ += time; }

    // Fails the body with `late_reason`.
    void time_out();
    // Fails the body, unless it has ended already.
    void abort(Error error);

    bool is_finished() const { return state_ == model::BodyStatus::end; }
    bool has_failed() const { return state_ == model::BodyStatus::failed; }
    const Error& error() const { return *error_; }
    const model::Headers* trailers() const { return decoder_.trailers(); }
    Wire& wire() { return wire_; }

    // Takes the body from its reader, to whom it fails with `cut_reason`.
    void detach();

    // Whether a reader holds the body.
    bool is_held() const { return reader_ != nullptr; }

private:
    friend class IncomingBody;
    model::BodyStatus fail_with(Error error);
    model::BodyStatus take(std::string_view found, Bytes& chunk);
    model::BodyStatus finish();
    std::optional<model::BodyStatus> decode(Bytes& chunk);
    Error fault_of(const Fault& fault) const;
    Error too_large() const;
    Error ended_early() const;

    Wire& wire_;
    BodyDecoder decoder_;
    IntakeRules rules_;
    Listener* listener_ = nullptr;
    IncomingBody* reader_ = nullptr;
    model::BodyStatus state_ = model::BodyStatus::pending;
    bool has_waited_ = false;
    std::uint64_t received_ = 0;
    Duration waited_{0};
    std::optional<Error> error_;
};

// The reader's end. May outlive the intake: then it fails with the intake's `cut_reason`.
class IncomingBody final : public model::BodySource {
public:
    // Owns what the body lives on, for example a connection of a pool; released once the body has
    // ended.
    class Keeper {
    public:
        virtual ~Keeper() = default;
    };

    IncomingBody(async::Loop& loop, BodyIntake& intake, std::unique_ptr<Keeper> keeper = nullptr);
    ~IncomingBody() override;

    model::BodyStatus poll(Bytes& chunk) override;
    async::Signal& ready() override { return ready_; }
    Error error() const override { return *error_; }
    const model::Headers* trailers() const override { return trailers_ ? &*trailers_ : nullptr; }

private:
    friend class BodyIntake;
    void start_waiting();
    async::Task<void> wait_for_bytes();
    void end_with(model::BodyStatus state);
    void give_up(Error error);
    void release();

    async::Loop& loop_;
    async::Signal ready_;
    BodyIntake* intake_;
    std::unique_ptr<Keeper> keeper_;
    model::BodyStatus state_ = model::BodyStatus::pending;
    std::optional<Error> error_;
    std::optional<model::Headers> trailers_;
    bool is_waiting_ = false;
    async::Task<void> wait_;
};

}  // namespace skep::http::detail
