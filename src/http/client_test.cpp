// What the client sends, when it reuses, repeats and gives up.

#include "http/client.hpp"

#include <gmock/gmock.h>

#include "http/testing/client_fixture.hpp"
#include "model/testing/fake_body.hpp"

namespace skep::http {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

class HttpClient : public ClientFixture {
protected:
    model::Request stream_request() {
        model::Request request = post("");
        request.body = model::Body(body.source());
        return request;
    }
    // Leaves one connection in the pool, whose other end is `peer`.
    void warm_up() {
        answered(kOk);
        peer->take();
    }

    model::FakeBody body{loop};
};

TEST_F(HttpClient, writes_a_get_from_the_model) {
    model::Request request = get("/a?b");
    request.headers.add("x-one", "1");

    start(std::move(request));

    EXPECT_EQ(upstream().received(), "GET /a?b HTTP/1.1\r\nhost: up.test\r\nx-one: 1\r\n\r\n");
}

TEST_F(HttpClient, writes_the_length_of_a_buffered_body) {
    start(post("abc"));

    EXPECT_EQ(upstream().received(), "POST / HTTP/1.1\r\nhost: up.test\r\ncontent-length: 3\r\n\r\nabc");
}

TEST_F(HttpClient, streams_a_body_of_unknown_length_in_chunks) {
    model::Headers trailers;
    trailers.add("x-sum", "1");
    body.push("abc");
    start(stream_request());
    RawPeer up = upstream();
    EXPECT_THAT(up.take(), HasSubstr("transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n"));

    body.push("de");
    body.end(std::move(trailers));

    EXPECT_EQ(up.take(), "2\r\nde\r\n0\r\nx-sum: 1\r\n\r\n");
}

TEST_F(HttpClient, refuses_to_write_a_field_that_would_split_the_request) {
    model::Request request = get();
    request.headers.add("x-a", "1\r\nx-b: 2");

    const auto reply = start(std::move(request));

    EXPECT_EQ(reply->error_name(), "invalid_argument");
    EXPECT_EQ(network.connects(), 0);
}

TEST_F(HttpClient, refuses_to_write_a_target_with_a_space) {
    const auto reply = start(get("/a HTTP/1.1\r\nx: y"));

    EXPECT_EQ(reply->error_name(), "invalid_argument");
}

TEST_F(HttpClient, never_forwards_framing_fields) {
    model::Request request = post("abc");
    request.headers.add("transfer-encoding", "chunked");
    request.headers.add("content-length", "77");
    request.headers.add("connection", "close");

    start(std::move(request));

    EXPECT_EQ(upstream().received(), "POST / HTTP/1.1\r\nhost: up.test\r\ncontent-length: 3\r\n\r\nabc");
}

TEST_F(HttpClient, refuses_https) {
    model::Request request = get();
    request.scheme = "https";

    const auto reply = start(std::move(request));

    EXPECT_EQ(reply->error_name(), "tls_not_available");
}

TEST_F(HttpClient, reuses_a_connection) {
    warm_up();

    const auto reply = start(get());
    peer->send(kOk);

    EXPECT_EQ(reply->body, "ok");
    EXPECT_EQ(network.connects(), 1);
    EXPECT_EQ(client.counters().reuses, 1U);
}

TEST_F(HttpClient, does_not_share_a_connection_between_authorities) {
    warm_up();
    model::Request request = get();
    request.authority = "other.test";

    start(std::move(request));

    EXPECT_EQ(network.connects(), 2);
}

TEST_F(HttpClient, does_not_keep_a_connection_that_the_upstream_wants_closed) {
    answered("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");

    EXPECT_EQ(client.idle_connections(), 0U);
    EXPECT_TRUE(peer->is_closed());
}

TEST_F(HttpClient, closes_a_connection_that_nobody_uses) {
    warm_up();

    loop.advance(56s);

    EXPECT_EQ(client.idle_connections(), 0U);
    EXPECT_TRUE(peer->is_closed());
}

TEST_F(HttpClient, notices_that_a_pooled_connection_was_closed) {
    warm_up();
    peer->end();

    const auto reply = start(post("abc"));
    upstream().send(kOk);

    EXPECT_EQ(reply->body, "ok");
    EXPECT_EQ(client.counters().retries, 0U);
}

TEST_F(HttpClient, repeats_an_idempotent_request_when_the_pooled_connection_ends_under_it) {
    warm_up();
    const auto reply = start(get("/again"));
    EXPECT_THAT(peer->take(), HasSubstr("GET /again"));

    peer->leave();
    RawPeer fresh = upstream();
    EXPECT_THAT(fresh.take(), HasSubstr("GET /again"));
    fresh.send(kOk);

    EXPECT_EQ(reply->body, "ok");
    EXPECT_EQ(client.counters().retries, 1U);
}

TEST_F(HttpClient, does_not_repeat_a_post_of_which_bytes_have_left) {
    warm_up();
    const auto reply = start(post("abc"));

    peer->leave();

    EXPECT_EQ(reply->error_name(), "upstream_closed");
    EXPECT_EQ(client.counters().retries, 0U);
    EXPECT_FALSE(has_connected_again());
}

TEST_F(HttpClient, repeats_with_the_body_where_the_method_allows) {
    warm_up();
    model::Request request = post("abc");
    request.method = "PUT";
    const auto reply = start(std::move(request));

    peer->leave();
    RawPeer fresh = upstream();

    EXPECT_THAT(fresh.received(), testing::EndsWith("content-length: 3\r\n\r\nabc"));
}

TEST_F(HttpClient, does_not_repeat_on_a_fresh_connection) {
    const auto reply = start(get());
    upstream().leave();

    EXPECT_EQ(reply->error_name(), "upstream_closed");
    EXPECT_EQ(network.connects(), 1);
}

TEST_F(HttpClient, does_not_repeat_once_a_byte_of_the_answer_came) {
    warm_up();
    const auto reply = start(get());
    peer->send("HTTP/1.1 200");

    peer->leave();

    EXPECT_EQ(reply->error_name(), "upstream_protocol_error");
    EXPECT_FALSE(has_connected_again());
}

TEST_F(HttpClient, says_when_nobody_listens) {
    addresses = {async::SocketAddress::parse("127.0.0.1:1").value()};

    const auto reply = start(get());

    EXPECT_EQ(reply->error_name(), "connect_failed");
}

TEST_F(HttpClient, tries_the_next_address_when_one_refuses) {
    addresses = {async::SocketAddress::parse("127.0.0.1:1").value(), address};

    const auto reply = start(get());
    upstream().send(kOk);

    EXPECT_EQ(reply->status, 200);
}

TEST_F(HttpClient, gives_up_at_the_deadline_and_closes) {
    const auto reply = start(get(), 2s);
    RawPeer up = upstream();

    loop.advance(3s);

    EXPECT_EQ(reply->error_name(), "upstream_timeout");
    EXPECT_TRUE(up.is_closed());
}

TEST_F(HttpClient, lets_a_body_take_longer_than_the_deadline) {
    const auto reply = start(get(), 2s);
    RawPeer up = upstream();
    up.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");
    loop.advance(60s);

    up.send("cd");

    EXPECT_EQ(reply->body, "abcd");
}

TEST_F(HttpClient, gives_up_a_body_that_goes_quiet) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");

    loop.advance(6min);

    EXPECT_EQ(reply->body_error_name(), "upstream_timeout");
    EXPECT_TRUE(peer->is_closed());
}

TEST_F(HttpClient, closes_the_connection_when_the_call_is_cancelled) {
    start(get());
    RawPeer up = upstream();

    calls.cancel();

    EXPECT_TRUE(up.is_closed());
    EXPECT_EQ(client.idle_connections(), 0U);
}

TEST_F(HttpClient, closes_the_connection_when_the_body_is_given_up) {
    answered("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");

    calls.cancel();

    EXPECT_TRUE(peer->is_closed());
    EXPECT_EQ(client.idle_connections(), 0U);
}

TEST_F(HttpClient, takes_an_early_reply_and_closes_when_the_body_was_not_sent) {
    const auto reply = start(stream_request());
    RawPeer up = upstream();

    up.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 2\r\n\r\nno");

    EXPECT_EQ(reply->status, 413);
    EXPECT_EQ(reply->body, "no");
    EXPECT_TRUE(up.is_closed());
    EXPECT_TRUE(body.is_abandoned());
}

TEST_F(HttpClient, goes_on_sending_while_the_answer_streams) {
    const auto reply = start(stream_request());
    RawPeer up = upstream();
    up.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
    EXPECT_EQ(reply->status, 200);
    up.take();

    body.push("xyz");
    body.end();

    EXPECT_EQ(up.take(), "3\r\nxyz\r\n0\r\n\r\n");
    up.send("0\r\n\r\n");
    EXPECT_EQ(reply->body, "a");
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(HttpClient, takes_chunks_off_the_body_only_as_the_upstream_reads) {
    body.push(std::string(300'000, 'a'));
    body.push(std::string(300'000, 'b'));
    body.push("c");

    start(stream_request());
    RawPeer up = upstream();

    EXPECT_EQ(body.pending(), 2U);
    up.received();
    EXPECT_EQ(body.pending(), 0U);
}

TEST_F(HttpClient, fails_as_the_request_body_fails_and_leaves_the_request_unfinished) {
    const auto reply = start(stream_request());
    RawPeer up = upstream();

    body.cut(error("client_closed", "gone"));
    loop.run_ready();

    EXPECT_EQ(reply->error_name(), "client_closed");
    EXPECT_THAT(up.received(), Not(HasSubstr("0\r\n\r\n")));
    EXPECT_TRUE(up.is_closed());
}

TEST_F(HttpClient, survives_its_responses) {
    auto short_lived = std::make_unique<Client>(loop, network, limits);
    std::optional<Result<model::Response>> response;
    auto send = [&](Client& sender) -> async::Task<void> {
        ClientOptions options{.addresses = addresses};
        auto sent = co_await sender.send(get(), std::move(options));
        response.emplace(std::move(sent));
    };
    calls.spawn(send(*short_lived));
    loop.run_ready();
    RawPeer up = upstream();
    up.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");

    short_lived.reset();
    up.send("cd");

    const auto read = loop.run(model::read_all((*response)->body, 100));
    EXPECT_EQ(*read, "abcd");
    EXPECT_TRUE(up.is_closed());
}

class CrowdedClient : public ClientFixture {
protected:
    std::shared_ptr<Reply> start_crowded() {
        auto reply = std::make_shared<Reply>();
        calls.spawn(call_crowded(reply));
        loop.run_ready();
        return reply;
    }
    async::Task<void> call_crowded(std::shared_ptr<Reply> reply) {
        ClientOptions options{.addresses = addresses};
        auto response = co_await crowded.send(get(), std::move(options));
        reply->status = response ? response->status : -1;
    }

    Client crowded{loop, network, {.connections_per_host = 1}};
};

TEST_F(CrowdedClient, waits_for_a_connection_when_there_are_enough) {
    const auto first = start_crowded();
    RawPeer up = upstream();
    const auto second = start_crowded();
    EXPECT_EQ(network.connects(), 1);

    up.send(kOk);
    EXPECT_EQ(first->status, 200);
    up.send(kOk);

    EXPECT_EQ(second->status, 200);
    EXPECT_EQ(network.connects(), 1);
}

TEST_F(CrowdedClient, makes_the_next_connection_when_one_has_ended) {
    start_crowded();
    RawPeer up = upstream();
    const auto second = start_crowded();

    up.leave();
    upstream().send(kOk);

    EXPECT_EQ(second->status, 200);
}

}  // namespace
}  // namespace skep::http
