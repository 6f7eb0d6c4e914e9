#pragma once
// ClientFixture: a client on a fake network in virtual time; the test is the upstream.

#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "async/task_group.hpp"
#include "async/testing/fake_network.hpp"
#include "async/testing/test_loop.hpp"
#include "http/client.hpp"
#include "http/testing/raw_peer.hpp"

namespace skep::http {

// What came of one `send`: the head, then what could be read of the body.
struct Reply {
    std::optional<Error> error;  // of the head
    int status = 0;
    model::Headers headers;
    std::optional<std::string> body;  // where it ended well
    std::optional<Error> body_error;
    std::optional<model::Headers> trailers;

    std::string error_name() const { return error ? std::string(error->name()) : ""; }
    std::string body_error_name() const { return body_error ? std::string(body_error->name()) : ""; }
};

class ClientFixture : public testing::Test {
protected:
    static model::Request get(std::string target = "/") {
        model::Request request;
        request.authority = "up.test";
        request.target = std::move(target);
        return request;
    }
    static model::Request post(std::string body) {
        model::Request request = get();
        request.method = "POST";
        request.body = model::Body(std::move(body));
        return request;
    }

    // Sends in the background; `reply` fills as things come.
    std::shared_ptr<Reply> start(model::Request request, std::optional<Duration> time = std::nullopt) {
        auto reply = std::make_shared<Reply>();
        calls.spawn(call(std::move(request), time, reply));
        loop.run_ready();
        return reply;
    }

    // The next connection that the client has made.
    RawPeer upstream() {
        loop.run_ready();
        auto stream = listener->try_accept();
        EXPECT_NE(stream, nullptr) << "the client has made no connection";
        return {loop, std::move(stream)};
    }
    bool has_connected_again() { return listener->try_accept() != nullptr; }

    // A GET that the upstream answers with `text`.
    std::shared_ptr<Reply> answered(std::string_view text) {
        auto reply = start(get());
        peer.emplace(upstream());
        peer->send(text);
        return reply;
    }

    // The same, after which the upstream closes.
    std::shared_ptr<Reply> answered_and_closed(std::string_view text) {
        auto reply = answered(text);
        peer->end();
        loop.run_ready();
        return reply;
    }

    async::Task<void> call(model::Request request, std::optional<Duration> time, std::shared_ptr<Reply> reply) {
        ClientOptions options{.addresses = addresses};
        if (time)
            options.deadline = loop.clock().now() + *time;
        auto response = co_await client.send(std::move(request), std::move(options));
        if (!response) {
            reply->error = response.error();
            co_return;
        }
        reply->status = response->status;
        reply->headers = response->headers;
        auto body = co_await model::read_all(response->body, 64 * 1024 * 1024);
        if (!body) {
            reply->body_error = body.error();
            co_return;
        }
        reply->body = *body;
        if (response->body.is_stream() && response->body.source().trailers() != nullptr)
            reply->trailers = *response->body.source().trailers();
    }

    async::TestLoop loop;
    async::FakeNetwork network{loop};
    async::SocketAddress address = async::SocketAddress::parse("127.0.0.1:9000").value();
    std::vector<async::SocketAddress> addresses{address};
    std::unique_ptr<async::Listener> listener = network.listen(address, {}).value();
    ClientLimits limits;
    Client client{loop, network, limits};
    async::TaskGroup calls{loop};
    std::optional<RawPeer> peer;
};

}  // namespace skep::http
