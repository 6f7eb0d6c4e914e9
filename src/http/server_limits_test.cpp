// Slow clients, clients that leave, too many clients, and the end of the server.

#include <gmock/gmock.h>

#include "http/testing/server_fixture.hpp"
#include "model/testing/fake_body.hpp"

namespace skep::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class ServerLimit : public ServerFixture {
protected:
    // The handler answers after `time`.
    void answer_after(Duration time) {
        handler.answer = [this, time](model::Request) -> async::Task<model::Response> {
            co_await loop.loop().sleep_for(time);
            co_return text_response("late");
        };
    }
    void answer_with(model::FakeBody& body) {
        handler.answer = [&body](model::Request) -> async::Task<model::Response> {
            model::Response response;
            response.body = model::Body(body.source());
            co_return response;
        };
    }
    void drain_within(Duration time) { draining.spawn(server->drain(loop.clock().now() + time)); }

    async::TaskGroup draining{loop};
};

using ServerDrain = ServerLimit;

TEST_F(ServerLimit, refuses_a_head_that_takes_too_long) {
    RawPeer peer = sent("GET / HT");
    loop.advance(9900ms);
    peer.send("TP/1.1\r\n");
    EXPECT_EQ(peer.received(), "");

    loop.advance(200ms);

    expect_refused(peer, 408, "head arrived too slowly");
}

TEST_F(ServerLimit, closes_in_silence_when_no_request_comes) {
    RawPeer peer = connect();

    loop.advance(11s);

    EXPECT_EQ(peer.received(), "");
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerLimit, closes_an_idle_connection_after_an_hour) {
    RawPeer peer = sent(kGet);
    loop.advance(59min);
    EXPECT_FALSE(peer.is_closed());

    loop.advance(2min);

    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerLimit, refuses_a_body_that_comes_too_slowly) {
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc");

    loop.advance(11s);

    expect_refused(peer, 408, "body arrived too slowly");
}

TEST_F(ServerLimit, lets_a_body_take_its_time_at_the_minimum_rate) {
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4800\r\n\r\n");
    loop.advance(9s);
    peer.send(std::string(2400, 'a'));
    loop.advance(9s);
    EXPECT_EQ(peer.status(), 0);

    peer.send(std::string(2400, 'a'));

    EXPECT_EQ(peer.status(), 200);
}

TEST_F(ServerLimit, holds_the_slowness_of_the_handler_against_nobody) {
    handler.answer = [this](model::Request request) -> async::Task<model::Response> {
        co_await loop.loop().sleep_for(60s);
        auto all = co_await model::read_all(request.body, 100);
        co_return text_response(*all);
    };
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nab");
    peer.send("cd");

    loop.advance(61s);

    EXPECT_EQ(peer.body(), "abcd");
}

TEST_F(ServerLimit, gives_up_a_client_that_does_not_read) {
    model::FakeBody body(loop);
    answer_with(body);
    body.push(std::string(200'000, 'a'));
    RawPeer peer = sent(kGet);

    loop.advance(6min);

    EXPECT_EQ(observer.closed, 1);
    EXPECT_TRUE(body.is_abandoned());
}

TEST_F(ServerLimit, gives_up_a_response_that_goes_quiet) {
    model::FakeBody body(loop);
    answer_with(body);
    RawPeer peer = sent(kGet);
    body.push("a");

    loop.advance(6min);

    EXPECT_TRUE(body.is_abandoned());
    EXPECT_EQ(peer.body(), "1\r\na\r\n");
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerLimit, cancels_the_handler_at_once_when_the_connection_breaks) {
    answer_after(1h);
    RawPeer peer = sent(kGet);
    EXPECT_EQ(handler.running(), 1U);

    peer.reset();

    EXPECT_EQ(handler.running(), 0U);
    EXPECT_EQ(observer.closed, 1);
}

TEST_F(ServerLimit, cancels_a_handler_that_does_not_read_at_once_when_the_connection_breaks_within_the_body) {
    answer_after(1h);
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n" + std::string(200'000, 'a'));
    peer.send(std::string(200'000, 'a'));

    peer.reset();

    EXPECT_EQ(handler.running(), 0U);
    EXPECT_EQ(observer.closed, 1);
}

TEST_F(ServerLimit, cancels_the_handler_some_time_after_the_client_has_closed) {
    answer_after(1h);
    RawPeer peer = sent(kGet);
    peer.leave();
    loop.advance(900ms);
    EXPECT_EQ(handler.running(), 1U);

    loop.advance(200ms);

    EXPECT_EQ(handler.running(), 0U);
    EXPECT_EQ(observer.closed, 1);
}

TEST_F(ServerLimit, cancels_a_handler_that_does_not_read_some_time_after_the_client_has_left_within_the_body) {
    answer_after(1h);
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\nhalf");
    peer.leave();

    loop.advance(1100ms);

    EXPECT_EQ(handler.running(), 0U);
    EXPECT_EQ(observer.closed, 1);
}

TEST_F(ServerLimit, answers_a_client_that_has_only_closed_its_direction) {
    answer_after(500ms);
    RawPeer peer = sent(kGet);
    peer.end();

    loop.advance(600ms);

    EXPECT_EQ(peer.status(), 200);
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerLimit, answers_all_that_was_pipelined_before_the_client_closed_its_direction) {
    answer_after(600ms);
    RawPeer peer = sent(std::string(kGet) + std::string(kGet));
    peer.end();

    loop.advance(1300ms);

    EXPECT_THAT(peer.received(), testing::MatchesRegex("HTTP/1.1 200 .*HTTP/1.1 200 .*"));
}

TEST_F(ServerLimit, goes_on_streaming_to_a_half_closed_client_while_there_is_progress) {
    model::FakeBody body(loop);
    answer_with(body);
    RawPeer peer = sent(kGet);
    peer.end();
    loop.advance(700ms);
    body.push("a");
    loop.advance(700ms);
    body.push("b");
    loop.advance(700ms);

    body.end();

    EXPECT_THAT(peer.received(), testing::EndsWith("1\r\na\r\n1\r\nb\r\n0\r\n\r\n"));
}

TEST_F(ServerLimit, abandons_a_quiet_stream_when_its_client_has_left) {
    model::FakeBody body(loop);
    answer_with(body);
    RawPeer peer = sent(kGet);
    peer.leave();

    loop.advance(1100ms);

    EXPECT_TRUE(body.is_abandoned());
    EXPECT_EQ(observer.closed, 1);
}

TEST_F(ServerLimit, refuses_a_head_that_was_cut) {
    RawPeer peer = sent("GET / HTTP/1.1\r\nHo");

    peer.end();

    expect_refused(peer, 400, "closed within the head");
}

TEST_F(ServerLimit, turns_connections_away_when_there_are_too_many) {
    limits.connections = 1;
    RawPeer first = sent(kGet);

    RawPeer second = sent(kGet);

    EXPECT_EQ(second.status(), 503);
    EXPECT_TRUE(second.is_closed());
    EXPECT_EQ(observer.refused, 1);
    EXPECT_FALSE(first.is_closed());
}

TEST_F(ServerDrain, closes_idle_connections_at_once) {
    RawPeer peer = sent(kGet);

    drain_within(10s);

    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(server->connections(), 0U);
    EXPECT_EQ(draining.size(), 0U);
}

TEST_F(ServerDrain, lets_a_running_request_end_and_says_close) {
    answer_after(2s);
    RawPeer peer = sent(kGet);
    drain_within(10s);
    EXPECT_FALSE(peer.is_closed());

    loop.advance(3s);

    EXPECT_EQ(peer.status(), 200);
    EXPECT_THAT(peer.received(), HasSubstr("\r\nconnection: close\r\n"));
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerDrain, serves_what_had_connected_before) {
    start();
    auto stream = loop.run(network.connect(server->address()));
    drain_within(10s);
    loop.run_ready();
    RawPeer peer(loop, std::move(stream).value());

    peer.send(kGet);

    EXPECT_EQ(peer.status(), 200);
    EXPECT_THAT(peer.received(), HasSubstr("\r\nconnection: close\r\n"));
}

TEST_F(ServerDrain, does_not_wait_for_a_connection_that_has_long_been_silent) {
    start();
    const auto stream = loop.run(network.connect(server->address()));
    loop.advance(5s);

    drain_within(10s);
    loop.advance(10ms);

    EXPECT_EQ(server->connections(), 0U);
    EXPECT_EQ(draining.size(), 0U);
}

TEST_F(ServerDrain, no_longer_listens) {
    start();
    const auto address = server->address();
    drain_within(10s);
    loop.run_ready();

    const auto stream = loop.run(network.connect(address));

    EXPECT_FALSE(stream);
}

TEST_F(ServerDrain, cuts_what_has_not_ended_at_the_deadline) {
    answer_after(1h);
    RawPeer peer = sent(kGet);
    drain_within(10s);
    loop.advance(9s);
    EXPECT_EQ(handler.running(), 1U);

    loop.advance(2s);

    EXPECT_EQ(handler.running(), 0U);
    EXPECT_EQ(peer.received(), "");
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(draining.size(), 0U);
}

}  // namespace
}  // namespace skep::http
