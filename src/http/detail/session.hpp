#pragma once
// Session: one connection of a server, from its first byte to its end.

#include <optional>
#include <string>

#include "async/cancel.hpp"
#include "http/detail/date_clock.hpp"
#include "http/detail/head_writer.hpp"
#include "http/detail/incoming_body.hpp"
#include "http/detail/message_sender.hpp"
#include "http/detail/request_head.hpp"
#include "http/server.hpp"

namespace skep::http::detail {

// What the sessions of one server share.
struct SessionContext {
    async::Loop& loop;
    Handler& handler;
    ServerLimits limits;
    ServerObserver& observer;
    std::string default_authority;  // of HTTP/1.0 requests without Host
    DateClock date = {};
    std::optional<TimePoint> draining_since = std::nullopt;
};

// Lives in the frame of the task that runs it.
class Session final : public async::ListNode, BodyIntake::Listener, MessageSender::Progress {
public:
    Session(SessionContext& context, async::StreamPtr stream);
    ~Session() override;

    // Reads a head, lets the handler answer, and so on; ends with the connection.
    async::Task<void> run();

    // Wakes a session that waits for a request, because the server drains.
    void look_again();

private:
    enum class HeadState : std::uint8_t { complete, waiting, refused, gone };

    HeadState look_for_head();
    HeadState scan_head();
    HeadState read_head();
    HeadState check_beginning();
    HeadState refuse(const Fault& fault);
    HeadState at_end();
    HeadState on_head_timeout();
    TimePoint head_deadline() const;

    async::Task<Result<>> exchange();
    bool begin_exchange();
    model::Response on_exception();
    void attach_body();
    std::optional<Error> check_body_size();
    void start_response(model::Response& response);
    void write_head(model::Response& response, const ResponseShape& shape);
    void settle_body(model::Response& response);
    void discard_body();
    void end_exchange();
    async::Task<void> linger();

    // The client, watched while a request runs.
    async::Task<void> watch();
    void inspect_hangup();
    void before_first_wait() override;
    void finished() override;
    void failed() override;
    void wrote() override;

    struct Grace final : async::Timer {
        explicit Grace(async::CancelSource& cancel) : cancel_(cancel) {}
        void expired() override { cancel_.cancel(); }
        async::CancelSource& cancel_;
    };

    SessionContext& context_;
    Wire wire_;
    ConnectionInfo info_;
    async::CancelSource cancel_;
    Grace grace_;
    async::Task<void> watch_;
    bool busy_ = false;
    bool hung_up_ = false;

    HeadScanner scanner_;
    bool line_checked_ = false;  // of a head that is not there whole
    std::optional<RequestHead> head_;
    std::optional<Error> refusal_;
    TimePoint waiting_since_;
    std::optional<TimePoint> head_since_;
    std::uint64_t served_ = 0;

    bool keep_alive_ = true;
    bool to_head_ = false;
    bool to_http_1_0_ = false;
    bool may_send_continue_ = false;
    std::string_view interim_;  // what is left of a 100 that did not fit
    std::optional<BodyIntake> intake_;
    std::string out_;
    BodyFraming framing_;
    std::optional<MessageSender> sender_;
};

}  // namespace skep::http::detail
