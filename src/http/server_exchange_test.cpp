// Requests and replies in good order: keep-alive, pipelining, HEAD, 100-continue, HTTP/1.0.

#include <gmock/gmock.h>

#include "http/testing/server_fixture.hpp"
#include "model/testing/fake_body.hpp"

namespace skep::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;
using ServerExchange = ServerFixture;

constexpr std::string_view kGet = "GET /a?b=1 HTTP/1.1\r\nHost: shop.test:81\r\nX-One: 1\r\n\r\n";
constexpr std::string_view kOk =
    "HTTP/1.1 200 OK\r\ndate: Thu, 01 Jan 2026 01:00:00 GMT\r\ncontent-length: 2\r\n\r\nok";

std::string repeated(std::string_view text, int count) {
    std::string all;
    for (int i = 0; i < count; ++i)
        all += text;
    return all;
}

TEST_F(ServerExchange, answers_a_get_and_keeps_the_connection) {
    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.received(), kOk);
    EXPECT_FALSE(peer.is_closed());
    ASSERT_EQ(handler.seen().size(), 1U);
    EXPECT_EQ(handler.seen()[0].target, "/a?b=1");
    EXPECT_EQ(handler.seen()[0].authority, "shop.test:81");
    EXPECT_EQ(handler.seen()[0].headers.get("x-one"), "1");
    EXPECT_EQ(handler.seen()[0].headers.size(), 1U);
}

TEST_F(ServerExchange, serves_one_request_after_the_other_on_one_connection) {
    RawPeer peer = sent(kGet);
    EXPECT_EQ(peer.take(), kOk);

    peer.send(kGet);

    EXPECT_EQ(peer.take(), kOk);
    EXPECT_EQ(observer.opened, 1);
}

TEST_F(ServerExchange, answers_pipelined_requests_in_order) {
    handler.answer = [](model::Request request) -> async::Task<model::Response> {
        co_return text_response(request.target);
    };

    RawPeer peer = sent("GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /22 HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_THAT(peer.received(), testing::MatchesRegex("HTTP/1.1 200 .*\r\n\r\n/1HTTP/1.1 200 .*\r\n\r\n/22"));
}

TEST_F(ServerExchange, does_not_start_a_pipelined_request_before_the_one_ahead_is_answered) {
    handler.answer = [this](model::Request) -> async::Task<model::Response> {
        co_await loop.loop().sleep_for(100ms);
        co_return text_response("late");
    };

    RawPeer peer = sent(std::string(kGet) + std::string(kGet));

    EXPECT_EQ(handler.seen().size(), 1U);
    loop.advance(250ms);
    EXPECT_EQ(handler.seen().size(), 2U);
}

TEST_F(ServerExchange, lets_other_connections_have_their_turn) {
    std::string targets;
    handler.answer = [&](model::Request request) -> async::Task<model::Response> {
        targets += request.target;
        co_return text_response("");
    };
    RawPeer greedy = connect();
    RawPeer modest = connect();
    greedy.send_later(repeated("GET /g HTTP/1.1\r\nHost: h\r\n\r\n", 20));
    modest.send_later("GET /m HTTP/1.1\r\nHost: h\r\n\r\n");

    loop.run_ready();

    EXPECT_EQ(targets, "/g/m" + repeated("/g", 19));
}

TEST_F(ServerExchange, reads_a_head_that_arrives_byte_by_byte) {
    RawPeer peer = connect();

    for (const char c : kGet)
        peer.send({&c, 1});

    EXPECT_EQ(peer.received(), kOk);
}

TEST_F(ServerExchange, skips_one_empty_line_before_a_request) {
    RawPeer peer = sent("\r\n" + std::string(kGet));

    EXPECT_EQ(peer.received(), kOk);
}

TEST_F(ServerExchange, closes_after_the_reply_when_the_client_asks_for_it) {
    RawPeer peer = sent("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_THAT(peer.received(), HasSubstr("\r\nconnection: close\r\n"));
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerExchange, strips_what_connection_names_and_what_belongs_to_one_hop) {
    RawPeer peer = sent(
        "GET / HTTP/1.1\r\nHost: h\r\nConnection: X-Secret , keep-alive\r\nX-Secret: "
        "1\r\nKeep-Alive: 5\r\n"
        "TE: trailers\r\nTrailer: x\r\nUpgrade: h2c\r\nProxy-Connection: x\r\nX-Kept: 2\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    ASSERT_EQ(handler.seen()[0].headers.size(), 1U);
    EXPECT_EQ(handler.seen()[0].headers.get("x-kept"), "2");
}

TEST_F(ServerExchange, answers_head_with_the_length_and_without_the_body) {
    RawPeer peer = sent("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_THAT(peer.received(), HasSubstr("\r\ncontent-length: 2\r\n"));
    EXPECT_EQ(peer.body(), "");
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerExchange, keeps_the_length_that_a_handler_states_for_head) {
    handler.answer = [](model::Request) -> async::Task<model::Response> {
        model::Response response;
        response.headers.add("content-length", "1234");
        co_return response;
    };

    RawPeer peer = sent("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_THAT(peer.received(), HasSubstr("\r\ncontent-length: 1234\r\n"));
}

TEST_F(ServerExchange, sends_neither_body_nor_length_with_204) {
    handler.answer = [](model::Request) -> async::Task<model::Response> {
        co_return text_response("must not be seen", 204);
    };

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.received(), "HTTP/1.1 204 No Content\r\ndate: Thu, 01 Jan 2026 01:00:00 GMT\r\n\r\n");
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerExchange, closes_after_an_http_1_0_request) {
    RawPeer peer = sent("GET / HTTP/1.0\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerExchange, keeps_an_http_1_0_connection_that_asks_for_it) {
    RawPeer peer = sent("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    EXPECT_THAT(peer.received(), HasSubstr("\r\nconnection: keep-alive\r\n"));
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerExchange, delimits_a_body_of_unknown_length_by_the_end_in_http_1_0) {
    model::FakeBody body(loop);
    body.push("part");
    body.end();
    handler.answer = [&](model::Request) -> async::Task<model::Response> {
        model::Response response;
        response.body = model::Body(body.source());
        co_return response;
    };

    RawPeer peer = sent("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");

    EXPECT_EQ(peer.body(), "part");
    EXPECT_THAT(peer.received(), Not(HasSubstr("chunked")));
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerExchange, sends_100_continue_when_the_handler_first_wants_the_body) {
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_EQ(peer.take(), "HTTP/1.1 100 Continue\r\n\r\n");

    peer.send("abc");

    EXPECT_EQ(peer.take(), kOk);
    EXPECT_EQ(handler.seen()[0].body, "abc");
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerExchange, sends_no_100_continue_when_the_body_is_there_already) {
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\nabc");

    EXPECT_EQ(peer.received(), kOk);
}

TEST_F(ServerExchange, closes_instead_of_asking_for_a_body_that_the_handler_does_not_want) {
    handler.answer = [](model::Request) -> async::Task<model::Response> { co_return text_response("no", 401); };

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");

    EXPECT_EQ(peer.status(), 401);
    EXPECT_THAT(peer.received(), HasSubstr("\r\nconnection: close\r\n"));
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerExchange, sends_100_continue_before_a_response_that_streams_the_body_back) {
    handler.answer = [](model::Request request) -> async::Task<model::Response> {
        model::Response response;
        response.body = std::move(request.body);
        co_return response;
    };
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n");
    EXPECT_THAT(peer.received(), testing::StartsWith("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n"));

    peer.send("abc");

    EXPECT_THAT(peer.received(), testing::EndsWith("\r\n\r\nabc"));
}

TEST_F(ServerExchange, turns_an_exception_of_the_handler_into_500_and_goes_on) {
    handler.answer = [](model::Request) -> async::Task<model::Response> {
        throw std::runtime_error("secret");
        co_return model::Response();
    };

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.status(), 500);
    EXPECT_THAT(peer.received(), Not(HasSubstr("secret")));
    EXPECT_FALSE(peer.is_closed());
    EXPECT_THAT(observer.failures, testing::ElementsAre("internal: the handler threw: secret"));
}

TEST_F(ServerExchange, answers_what_was_pipelined_before_a_malformed_request_and_nothing_after_it) {
    RawPeer peer = sent(repeated(kGet, 49) + "GET /bad HTTP/1.1\r\n\r\n" + repeated(kGet, 50));

    EXPECT_EQ(peer.received().substr(0, 49 * kOk.size()), repeated(kOk, 49));
    EXPECT_THAT(peer.received().substr(49 * kOk.size()), testing::StartsWith("HTTP/1.1 400 "));
    EXPECT_EQ(peer.received().rfind("HTTP/1.1"), 49 * kOk.size());
    EXPECT_TRUE(peer.is_closed());
    EXPECT_EQ(handler.seen().size(), 49U);
}

TEST_F(ServerExchange, sends_no_body_with_205) {
    handler.answer = [](model::Request) -> async::Task<model::Response> { co_return text_response("x", 205); };

    RawPeer peer = sent(kGet);

    EXPECT_THAT(peer.received(), HasSubstr("\r\ncontent-length: 0\r\n"));
    EXPECT_EQ(peer.body(), "");
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerExchange, keeps_credentials_for_proxies_to_itself) {
    RawPeer peer = sent("GET / HTTP/1.1\r\nHost: h\r\nProxy-Authorization: Basic eA==\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_TRUE(handler.seen()[0].headers.empty());
}

TEST_F(ServerExchange, does_not_send_what_the_connection_field_of_a_response_names) {
    handler.answer = [](model::Request) -> async::Task<model::Response> {
        model::Response response = text_response("ok");
        response.headers.add("connection", "X-Secret");
        response.headers.add("x-secret", "1");
        response.headers.add("proxy-authenticate", "Basic");
        co_return response;
    };

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.received(), kOk);
}

}  // namespace
}  // namespace skep::http
