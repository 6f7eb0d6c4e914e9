// Bodies, as they stream in and out.

#include <gmock/gmock.h>

#include "http/testing/server_fixture.hpp"
#include "model/testing/fake_body.hpp"

namespace skep::http {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kGet = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";

class ServerBody : public ServerFixture {
protected:
    // The handler answers with `body`, of `length` bytes where given.
    void answer_with_body(std::optional<std::uint64_t> length = std::nullopt) {
        handler.answer = [this, length](model::Request) -> async::Task<model::Response> {
            model::Response response;
            response.body = model::Body(body.source(), length);
            co_return response;
        };
    }
    void answer_with_field(std::string_view name, std::string_view value) {
        handler.answer = [=](model::Request) -> async::Task<model::Response> {
            model::Response response = text_response("ok");
            response.headers.add(name, value);
            co_return response;
        };
    }

    // The handler sends back what it reads, as long as it comes, and ends its answer in good order whatever became of
    // the request.
    void answer_while_reading() {
        handler.answer = [this](model::Request request) -> async::Task<model::Response> {
            reading.spawn(read_on(std::move(request.body)));
            model::Response response;
            response.body = model::Body(body.source());
            co_return response;
        };
    }
    async::Task<void> read_on(model::Body request) {
        while (true) {
            const auto chunk = co_await model::next_chunk(request);
            if (!chunk || chunk->empty())
                break;
            body.push(std::string(chunk->view()));
        }
        body.end();
    }
    void expect_cut(RawPeer& peer, std::string_view reason) {
        EXPECT_TRUE(peer.is_closed());
        EXPECT_THAT(peer.take(), Not(HasSubstr("0\r\n\r\n")));
        EXPECT_THAT(observer.failures, ElementsAre(HasSubstr(reason)));
    }

    model::FakeBody body{loop};
    async::TaskGroup reading{loop.loop()};
};

TEST_F(ServerBody, streams_a_body_of_unknown_length_in_chunks) {
    answer_with_body();
    RawPeer peer = sent(kGet);
    EXPECT_THAT(peer.take(), HasSubstr("\r\ntransfer-encoding: chunked\r\n"));

    body.push("0123456789ab");
    EXPECT_EQ(peer.take(), "c\r\n0123456789ab\r\n");
    body.end();

    EXPECT_EQ(peer.take(), "0\r\n\r\n");
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerBody, sends_the_trailers_of_a_chunked_body) {
    answer_with_body();
    model::Headers trailers;
    trailers.add("grpc-status", "0");
    body.push("x");
    body.end(std::move(trailers));

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.body(), "1\r\nx\r\n0\r\ngrpc-status: 0\r\n\r\n");
}

TEST_F(ServerBody, leaves_out_a_trailer_that_would_split_the_message) {
    answer_with_body();
    model::Headers trailers;
    trailers.add("x-a", "1\r\nx-b: 2");
    body.end(std::move(trailers));

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.body(), "0\r\n\r\n");
}

TEST_F(ServerBody, leaves_out_a_trailer_that_belongs_into_the_head) {
    answer_with_body();
    model::Headers trailers;
    trailers.add("set-cookie", "a=b");
    body.end(std::move(trailers));

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.body(), "0\r\n\r\n");
}

TEST_F(ServerBody, streams_a_body_of_known_length_as_it_is) {
    answer_with_body(5);
    body.push("abc");
    body.push("de");
    body.end();

    RawPeer peer = sent(kGet);

    EXPECT_THAT(peer.received(), HasSubstr("\r\ncontent-length: 5\r\n"));
    EXPECT_EQ(peer.body(), "abcde");
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerBody, cuts_a_body_that_is_longer_than_its_length_and_closes) {
    answer_with_body(3);
    body.push("abcdef");
    body.end();

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.body(), "abc");
    EXPECT_TRUE(peer.is_closed());
    EXPECT_THAT(observer.failures, ElementsAre(HasSubstr("longer than its stated length")));
}

TEST_F(ServerBody, closes_after_a_body_that_is_shorter_than_its_length) {
    answer_with_body(5);
    body.push("abc");
    body.end();

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.body(), "abc");
    EXPECT_TRUE(peer.is_closed());
    EXPECT_THAT(observer.failures, ElementsAre(HasSubstr("shorter than its stated length")));
}

TEST_F(ServerBody, corrects_the_content_length_of_a_buffered_body) {
    answer_with_field("content-length", "999");

    RawPeer peer = sent(kGet);

    EXPECT_THAT(peer.received(), HasSubstr("\r\ncontent-length: 2\r\n"));
    EXPECT_THAT(peer.received(), Not(HasSubstr("999")));
}

TEST_F(ServerBody, does_not_end_a_chunked_body_that_failed_midway) {
    answer_with_body();
    body.push("abc");
    body.cut(internal("lost"));

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.body(), "3\r\nabc\r\n");
    EXPECT_TRUE(peer.is_closed());
    EXPECT_THAT(observer.failures, ElementsAre("internal: lost"));
}

TEST_F(ServerBody, takes_chunks_only_as_the_client_reads) {
    answer_with_body();
    RawPeer peer = sent(kGet);
    body.push(std::string(300'000, 'a'));
    body.push(std::string(300'000, 'b'));
    body.push("c");
    body.end();

    loop.run_ready();

    EXPECT_EQ(body.pending(), 2U);
    EXPECT_THAT(peer.received(), EndsWith("\r\n1\r\nc\r\n0\r\n\r\n"));
    EXPECT_EQ(body.pending(), 0U);
}

TEST_F(ServerBody, refuses_to_write_a_value_that_would_split_the_message) {
    answer_with_field("x-a", "1\r\nset-cookie: stolen");

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.status(), 500);
    EXPECT_THAT(peer.received(), Not(HasSubstr("stolen")));
    EXPECT_THAT(peer.body(), HasSubstr("invalid_response"));
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerBody, refuses_to_write_a_name_that_is_no_token) {
    answer_with_field("x a", "1");

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.status(), 500);
}

TEST_F(ServerBody, refuses_to_write_nul) {
    answer_with_field("x-a", std::string_view("1\0", 2));

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.status(), 500);
}

TEST_F(ServerBody, does_not_let_a_handler_set_framing_fields) {
    answer_with_field("transfer-encoding", "chunked");

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.status(), 200);
    EXPECT_THAT(peer.received(), Not(HasSubstr("transfer-encoding")));
}

TEST_F(ServerBody, refuses_to_send_an_interim_status_as_the_answer) {
    handler.answer = [](model::Request) -> async::Task<model::Response> { co_return text_response("", 101); };

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.status(), 500);
}

TEST_F(ServerBody, gives_the_body_to_the_handler_as_it_arrives) {
    std::string first;
    handler.answer = [&](model::Request request) -> async::Task<model::Response> {
        const auto chunk = co_await model::next_chunk(request.body);
        first = chunk->view();
        const auto rest = co_await model::read_all(request.body, 100);
        co_return text_response(*rest);
    };
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nabc");
    EXPECT_EQ(first, "abc");

    peer.send("def");

    EXPECT_EQ(peer.body(), "def");
}

TEST_F(ServerBody, reads_no_more_than_a_window_ahead_of_the_handler) {
    handler.answer = [this](model::Request request) -> async::Task<model::Response> {
        co_await loop.loop().sleep_for(1s);
        const auto all = co_await model::read_all(request.body, 1'000'000);
        co_return text_response(std::to_string(all->size()));
    };
    const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n";

    RawPeer peer = sent(head + std::string(300'000, 'a'));
    peer.send(std::string(300'000, 'b'));

    EXPECT_EQ(peer.status(), 0);
    EXPECT_EQ(observer.closed, 0);
}

TEST_F(ServerBody, echoes_a_body_while_it_arrives) {
    handler.answer = [](model::Request request) -> async::Task<model::Response> {
        model::Response response;
        response.body = std::move(request.body);
        co_return response;
    };
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_THAT(peer.take(), EndsWith("3\r\nabc\r\n"));

    peer.send("2\r\nde\r\n0\r\n\r\n");

    EXPECT_EQ(peer.take(), "2\r\nde\r\n0\r\n\r\n");
    EXPECT_FALSE(peer.is_closed());
}

TEST_F(ServerBody, cuts_a_stream_whose_request_turns_out_too_large) {
    limits.request_body = 4;
    answer_while_reading();
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_THAT(peer.take(), EndsWith("3\r\nabc\r\n"));

    peer.send("3\r\ndef\r\n");

    expect_cut(peer, "body_too_large");
}

TEST_F(ServerBody, cuts_a_stream_whose_request_turns_out_malformed) {
    answer_while_reading();
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    EXPECT_THAT(peer.take(), EndsWith("3\r\nabc\r\n"));

    peer.send("zz\r\n" + std::string(kGet));

    expect_cut(peer, "malformed_request");
    EXPECT_EQ(handler.seen().size(), 1U);
}

TEST_F(ServerBody, cuts_a_stream_whose_request_comes_too_slowly) {
    answer_while_reading();
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_THAT(peer.take(), EndsWith("3\r\nabc\r\n"));

    loop.advance(limits.body_rate_grace);

    expect_cut(peer, "request_timeout");
}

TEST_F(ServerBody, cuts_a_stream_whose_request_ends_early) {
    answer_while_reading();
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
    EXPECT_THAT(peer.take(), EndsWith("3\r\nabc\r\n"));

    peer.end();
    loop.run_ready();

    expect_cut(peer, "malformed_request");
}

TEST_F(ServerBody, refuses_a_request_that_fails_after_its_answer_was_given_but_before_it_leaves) {
    answer_while_reading();

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n");

    expect_refused(peer, 400, "hexadecimal");
}

TEST_F(ServerBody, takes_no_request_out_of_a_malformed_body_that_came_behind_its_answer) {
    answer_while_reading();
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    body.end();
    EXPECT_THAT(peer.take(), EndsWith("0\r\n\r\n"));

    peer.send("zz\r\n" + std::string(kGet));

    EXPECT_EQ(handler.seen().size(), 1U);
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerBody, refuses_a_body_past_the_limit_before_it_comes) {
    limits.request_body = 10;

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");

    expect_refused(peer, 413, "exceeds 10 bytes");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerBody, refuses_a_chunked_body_when_it_passes_the_limit) {
    limits.request_body = 10;

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nb\r\n0123456789a\r\n");

    expect_refused(peer, 413, "exceeds 10 bytes");
}

TEST_F(ServerBody, lets_the_handler_allow_a_larger_body) {
    limits.request_body = 10;
    handler.body_limit = 11;

    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\n\r\n0123456789a");

    EXPECT_EQ(peer.status(), 200);
}

TEST_F(ServerBody, does_not_end_a_chunked_body_at_an_empty_chunk) {
    answer_with_body();
    body.push("");
    body.push("ab");
    body.end();

    RawPeer peer = sent(kGet);

    EXPECT_EQ(peer.body(), "2\r\nab\r\n0\r\n\r\n");
    EXPECT_FALSE(peer.is_closed());
}

}  // namespace
}  // namespace skep::http
