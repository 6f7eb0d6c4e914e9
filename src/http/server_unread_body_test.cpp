// Bodies that nobody has read when the answer is given.

#include <gmock/gmock.h>

#include "http/testing/server_fixture.hpp"
#include "model/testing/fake_body.hpp"

namespace skep::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class ServerUnreadBody : public ServerFixture {
protected:
    // The handler answers at once and keeps the request's body in `held`.
    void hold_body_and_answer(model::Body& held) {
        handler.answer = [&held](model::Request request) -> async::Task<model::Response> {
            held = std::move(request.body);
            co_return text_response("ok");
        };
    }

    model::FakeBody body{loop};
};

TEST_F(ServerUnreadBody, fails_a_body_that_is_held_beyond_the_answer) {
    model::Body held;
    hold_body_and_answer(held);
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");
    EXPECT_EQ(peer.status(), 200);

    const auto read = loop.run(model::read_all(held, 100));

    ASSERT_FALSE(read);
    EXPECT_EQ(read.error().name(), "client_closed");
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerUnreadBody, refuses_a_malformed_body_that_a_handler_holds_when_it_answers) {
    model::Body held;
    hold_body_and_answer(held);

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nxyz\r\n");

    expect_refused(peer, 400, "hexadecimal");
    EXPECT_EQ(loop.run(model::read_all(held, 100)).error().name(), "client_closed");
}

TEST_F(ServerUnreadBody, refuses_a_body_that_is_too_large_and_that_a_handler_holds_when_it_answers) {
    model::Body held;
    hold_body_and_answer(held);
    limits.request_body = 2;

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");

    expect_refused(peer, 413, "2 bytes");
}

TEST_F(ServerUnreadBody, refuses_a_body_that_was_cut_and_that_a_handler_holds_when_it_answers) {
    model::Body held;
    handler.answer = [&held, this](model::Request request) -> async::Task<model::Response> {
        held = std::move(request.body);
        co_await loop.loop().sleep_for(100ms);
        co_return text_response("ok");
    };
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");
    peer.end();

    loop.advance(100ms);

    expect_refused(peer, 400, "closed within the body");
}

TEST_F(ServerUnreadBody, goes_on_after_a_body_that_a_handler_holds_when_it_answers_and_that_has_come) {
    model::Body held;
    hold_body_and_answer(held);

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
                        std::string(kGet));

    EXPECT_EQ(handler.seen().size(), 2U);
    EXPECT_THAT(peer.received(), Not(HasSubstr("connection: close")));
}

TEST_F(ServerUnreadBody, goes_on_after_a_stream_during_which_nobody_read_the_body) {
    model::Body held;
    handler.answer = [&held, this](model::Request request) -> async::Task<model::Response> {
        held = std::move(request.body);
        model::Response response;
        response.body = model::Body(body.source());
        co_return response;
    };
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");
    body.push("x");
    peer.send("de" + std::string(kGet));

    body.end();

    EXPECT_THAT(peer.received(), HasSubstr("\r\n\r\n1\r\nx\r\n0\r\n\r\n"));
    EXPECT_EQ(handler.seen().size(), 2U);
}

TEST_F(ServerUnreadBody, says_close_when_a_handler_answers_with_the_body_still_coming) {
    model::Body held;
    hold_body_and_answer(held);

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_THAT(peer.received(), HasSubstr("\r\nconnection: close\r\n"));
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerUnreadBody, asks_for_no_body_that_a_handler_holds_when_it_answers) {
    model::Body held;
    hold_body_and_answer(held);

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerUnreadBody, discards_a_small_body_that_nobody_read_and_goes_on) {
    handler.answer = [](model::Request) -> async::Task<model::Response> { co_return text_response("no", 401); };

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" +
                        std::string(kGet));

    EXPECT_THAT(peer.received(), testing::MatchesRegex("HTTP/1.1 401 .*HTTP/1.1 401 .*"));
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerUnreadBody, closes_after_the_answer_when_an_unread_body_is_still_coming) {
    handler.answer = [](model::Request) -> async::Task<model::Response> { co_return text_response("no", 401); };

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\nabc");

    EXPECT_EQ(peer.status(), 401);
    EXPECT_THAT(peer.received(), HasSubstr("\r\nconnection: close\r\n"));
    EXPECT_TRUE(peer.is_closed());
}

}  // namespace
}  // namespace skep::http
