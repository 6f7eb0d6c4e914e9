#include "http/client.hpp"

#include "async/guard.hpp"
#include "http/detail/client_exchange.hpp"
#include "http/detail/connection_pool.hpp"
#include "http/detail/head_writer.hpp"

namespace skep::http {

using detail::ClientExchange;
using detail::ConnectionPool;

namespace {

Result<std::string> write_head(const model::Request& request, const detail::BodyFraming& framing) {
    if (request.scheme != "http")
        return fail("tls_not_available", "cannot send to {}://{}", request.scheme, request.authority);
    std::string head;
    if (auto written = detail::write_request_head(request, framing, head); !written)
        return fail("invalid_argument", "the request cannot be sent: {}", written.error().rule);
    return head;
}

}  // namespace

Client::Client(async::Loop& loop, async::Network& network, ClientLimits limits)
    : loop_(loop), limits_(limits), pool_(std::make_shared<ConnectionPool>(loop, network, limits)) {}

Client::~Client() {
    pool_->close();
}

const Client::Counters& Client::counters() const {
    return pool_->counters();
}

std::size_t Client::idle_connections() const {
    return pool_->idle_connections();
}

async::Task<Result<model::Response>> Client::send(model::Request request, ClientOptions options) {
    const async::GuardOptions limit{.deadline = options.deadline,
                                    .deadline_reason = "upstream_timeout",
                                    .deadline_message = "the upstream did not answer in time"};
    auto sending = send_in_time(std::move(request), std::move(options.addresses));
    auto response = co_await async::guard(loop_, std::move(sending), limit);
    co_return response;
}

async::Task<Result<model::Response>> Client::send_in_time(model::Request request,
                                                          std::vector<async::SocketAddress> addresses) {
    const detail::BodyFraming framing = detail::framing_of(request);
    const bool is_stream = request.body.is_stream();
    CO_TRY(const std::string head, write_head(request, framing));
    auto kind = ConnectionPool::Kind::any;
    while (true) {
        CO_TRY(auto connection, co_await pool_->acquire(addresses, request.authority, kind));
        ClientExchange::Message message{request.method, head, std::move(request.body), framing};
        auto exchange = std::make_unique<ClientExchange>(std::move(connection), std::move(message), limits_, loop_);
        auto response = co_await ClientExchange::run(exchange);
        if (response)
            co_return response;
        const bool may_repeat = !is_stream && exchange->was_stale() &&
                                (model::is_idempotent_method(request.method) || !exchange->has_sent());
        if (!may_repeat)
            co_return response;
        request.body = model::Body(exchange->take_buffered());
        ++pool_->counters().retries;
        kind = ConnectionPool::Kind::fresh;
    }
}

}  // namespace skep::http
