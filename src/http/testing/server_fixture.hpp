#pragma once
// ServerFixture: a server on a fake network in virtual time.

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "async/testing/fake_network.hpp"
#include "async/testing/test_loop.hpp"
#include "http/server.hpp"
#include "http/testing/fake_handler.hpp"
#include "http/testing/raw_peer.hpp"

namespace skep::http {

// Starts the server at the first `connect`, with what `limits` says then.
class ServerFixture : public testing::Test {
protected:
    RawPeer connect() {
        if (server == nullptr)
            start();
        auto stream = loop.run(network.connect(server->address()));
        loop.run_ready();
        return {loop, std::move(stream).value()};
    }

    // A connection on which `text` was sent.
    RawPeer sent(std::string_view text) {
        RawPeer peer = connect();
        peer.send(text);
        return peer;
    }

    void start() {
        auto listener = network.listen(async::SocketAddress::parse("127.0.0.1:8080").value(), {});
        server = std::make_unique<Server>(loop, std::move(listener).value(), handler, limits, &observer);
        server->start();
    }

    struct Observer final : ServerObserver {
        void connection_opened() override { ++opened; }
        void connection_closed(std::uint64_t, std::uint64_t) override { ++closed; }
        void connection_refused() override { ++refused; }
        void request_refused(const Error& error) override { refusals.push_back(std::string(error.name())); }
        void response_failed(const Error& error) override { failures.push_back(error.to_string()); }
        int opened = 0;
        int closed = 0;
        int refused = 0;
        std::vector<std::string> refusals;
        std::vector<std::string> failures;
    };

    async::TestLoop loop;
    async::FakeNetwork network{loop};
    ServerLimits limits;
    FakeHandler handler;
    Observer observer;
    std::unique_ptr<Server> server;
};

// A refused request: the reply's status, the end of the connection, and the rule in the problem's
// text.
inline void expect_refused(RawPeer& peer, int status, std::string_view rule) {
    EXPECT_EQ(peer.status(), status);
    EXPECT_TRUE(peer.is_closed());
    EXPECT_NE(peer.received().find("\r\nconnection: close\r\n"), std::string::npos) << peer.received();
    EXPECT_NE(peer.body().find(rule), std::string::npos) << peer.received();
}

}  // namespace skep::http
