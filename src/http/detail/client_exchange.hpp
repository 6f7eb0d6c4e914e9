#pragma once
// ClientExchange: one request and its response on one connection.

#include <memory>
#include <optional>
#include <string>

#include "http/detail/connection_pool.hpp"
#include "http/detail/incoming_body.hpp"
#include "http/detail/message_sender.hpp"
#include "http/detail/response_head.hpp"

namespace skep::http::detail {

// Owns the connection; destroyed, it gives it back to the pool where the exchange ended in good
// order, and else closes it. Lives as long as the response's body.
class ClientExchange final : public IncomingBody::Keeper {
public:
    struct Message {
        std::string method;
        std::string head;
        model::Body body;
        BodyFraming framing;
    };

    // A buffered body is kept until the end, so that it can be sent again.
    ClientExchange(ConnectionPtr connection, Message message, const ClientLimits& limits, async::Loop& loop);
    ~ClientExchange() override;

    // Sends, and gives the head of the response. `exchange` passes to the response's body, or ends
    // with the task.
    static async::Task<Result<model::Response>> run(std::unique_ptr<ClientExchange>& exchange);

    // After `run` failed: whether the connection was stale, so that the peer may not have seen the
    // request.
    bool was_stale() const { return is_reused_ && closed_early_ && wire().bytes_read() == read_before_; }
    bool has_sent() const { return sender_.has_written(); }
    Bytes take_buffered() { return std::move(buffered_); }

private:
    enum class HeadState : std::uint8_t { complete, waiting, failed };

    Wire& wire() const { return connection_->wire(); }
    void start_sending();
    async::Task<void> send_rest();
    HeadState look_for_head();
    HeadState scan_head();
    HeadState read_head();
    HeadState fail_with(Error error);
    HeadState fail_with(const Fault& fault);
    static Result<model::Response> take_response(std::unique_ptr<ClientExchange>& exchange);
    Result<> check_first_chunks(const BodyFraming& framing, const FieldRules& trailers) const;
    Result<model::Body> take_whole_body();

    async::Loop& loop_;
    ClientLimits limits_;
    ConnectionPtr connection_;
    Message message_;
    Bytes buffered_;
    MessageSender sender_;
    bool is_reused_;
    std::uint64_t read_before_;
    bool is_sent_ = false;
    bool closed_early_ = false;
    bool ended_well_ = false;
    int interims_ = 0;
    HeadScanner scanner_;
    std::optional<ResponseHead> head_;
    std::optional<Error> error_;
    std::optional<BodyIntake> intake_;
    async::Task<void> sending_;
};

}  // namespace skep::http::detail
