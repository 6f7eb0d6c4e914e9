// Replies of upstreams, read by the same rules as requests but for underscores in names: a fault closes the connection
// and is a 502, never another's answer.

#include <gmock/gmock.h>

#include "http/testing/client_fixture.hpp"

namespace skep::http {
namespace {

using testing::HasSubstr;

class ClientFraming : public ClientFixture {
protected:
    // The reply was refused and its connection closed.
    void expect_refused(const Reply& reply, std::string_view rule) {
        EXPECT_EQ(reply.error_name(), "upstream_protocol_error");
        ASSERT_TRUE(reply.error);
        EXPECT_EQ(reply.error->http_status(), 502);
        EXPECT_THAT(reply.error->message(), HasSubstr(rule));
        expect_closed();
    }
    void expect_body_refused(const Reply& reply, std::string_view rule) {
        EXPECT_EQ(reply.body_error_name(), "upstream_protocol_error");
        ASSERT_TRUE(reply.body_error);
        EXPECT_THAT(reply.body_error->message(), HasSubstr(rule));
        expect_closed();
    }
    void expect_closed() {
        EXPECT_TRUE(peer->is_closed());
        EXPECT_EQ(client.idle_connections(), 0U);
    }
};

TEST_F(ClientFraming, reads_a_reply_with_a_length) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nX-A: 1\r\n\r\nabc");

    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body, "abc");
    EXPECT_EQ(reply->headers.get("x-a"), "1");
    EXPECT_EQ(reply->headers.size(), 1U);
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(ClientFraming, reads_a_body_that_comes_in_pieces) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nab");
    EXPECT_EQ(reply->status, 200);
    EXPECT_FALSE(reply->body);

    peer->send("cdef");

    EXPECT_EQ(reply->body, "abcdef");
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(ClientFraming, takes_names_with_underscore_which_no_variable_of_cgi_is_made_of) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nX_Y: 1\r\nContent-Length: 0\r\n\r\n");

    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->headers.get("x_y"), "1");
}

TEST_F(ClientFraming, reads_chunks_and_trailers) {
    const auto reply = answered(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3;x=y\r\nabc\r\n0\r\nGrpc-Status: "
        "0\r\n\r\n");

    EXPECT_EQ(reply->body, "abc");
    ASSERT_TRUE(reply->trailers);
    EXPECT_EQ(reply->trailers->get("grpc-status"), "0");
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(ClientFraming, leaves_out_trailers_that_belong_into_a_head) {
    const auto reply =
        answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nSet-Cookie: a=b\r\nX-Sum: 9\r\n\r\n");

    ASSERT_TRUE(reply->trailers);
    EXPECT_EQ(reply->trailers->size(), 1U);
    EXPECT_EQ(reply->trailers->get("x-sum"), "9");
}

TEST_F(ClientFraming, reads_a_body_that_ends_with_the_connection) {
    const auto reply = answered_and_closed("HTTP/1.1 200 OK\r\n\r\nabc");

    EXPECT_EQ(reply->body, "abc");
    EXPECT_EQ(client.idle_connections(), 0U);
}

TEST_F(ClientFraming, skips_interim_responses) {
    const auto reply = answered(
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n"
        "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");

    EXPECT_EQ(reply->status, 201);
    EXPECT_EQ(reply->headers.size(), 0U);
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(ClientFraming, refuses_a_switch_of_protocols) {
    const auto reply = answered("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n");

    expect_refused(*reply, "switched");
}

TEST_F(ClientFraming, reads_no_body_after_head) {
    model::Request request = get();
    request.method = "HEAD";
    const auto reply = start(std::move(request));
    RawPeer up = upstream();

    up.send("HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");

    EXPECT_EQ(reply->body, "");
    EXPECT_EQ(reply->headers.get("content-length"), "1234");
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(ClientFraming, reads_no_body_after_204_and_304) {
    const auto first = answered("HTTP/1.1 204 No Content\r\n\r\n");
    EXPECT_EQ(first->body, "");
    const auto second = start(get());

    peer->send("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n");

    EXPECT_EQ(second->status, 304);
    EXPECT_EQ(second->body, "");
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(ClientFraming, refuses_bytes_behind_a_reply) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcd");

    expect_refused(*reply, "bytes follow");
}

TEST_F(ClientFraming, refuses_a_second_head_behind_a_reply) {
    const auto reply = answered(
        "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: "
        "6\r\n\r\nstolen");

    expect_refused(*reply, "bytes follow");
}

TEST_F(ClientFraming, refuses_a_body_behind_204) {
    const auto reply = answered("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\nabc");

    expect_refused(*reply, "bytes follow");
}

TEST_F(ClientFraming, refuses_bytes_behind_a_streamed_body) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab");

    peer->send("cdHTTP/1.1 200 OK\r\n\r\n");

    expect_body_refused(*reply, "bytes follow");
}

TEST_F(ClientFraming, refuses_bytes_behind_the_last_chunk) {
    const auto reply = answered(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\nHTTP/1.1 200 "
        "OK\r\n");

    expect_refused(*reply, "bytes follow");
}

TEST_F(ClientFraming, does_not_reuse_a_connection_on_which_bytes_come_unasked) {
    answered("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    peer->send("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nstolen");

    const auto reply = start(get());
    RawPeer fresh = upstream();
    fresh.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");

    EXPECT_EQ(reply->body, "ok");
    EXPECT_TRUE(peer->is_closed());
}

TEST_F(ClientFraming, refuses_a_second_content_length) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc");

    expect_refused(*reply, "second Content-Length");
}

TEST_F(ClientFraming, refuses_content_length_beside_transfer_encoding) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    expect_refused(*reply, "beside Transfer-Encoding");
}

TEST_F(ClientFraming, refuses_an_unknown_transfer_coding) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc");

    expect_refused(*reply, "not chunked");
}

TEST_F(ClientFraming, refuses_transfer_encoding_in_http_1_0) {
    const auto reply = answered("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    expect_refused(*reply, "where it must not");
}

TEST_F(ClientFraming, refuses_a_malformed_chunk_size) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n");

    expect_refused(*reply, "hexadecimal");
}

TEST_F(ClientFraming, refuses_a_malformed_chunk_size_behind_the_first_chunk) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");

    peer->send("xyz\r\n");

    expect_body_refused(*reply, "hexadecimal");
}

TEST_F(ClientFraming, refuses_a_bare_line_feed) {
    const auto reply = answered("HTTP/1.1 200 OK\nContent-Length: 0\n\n");

    expect_refused(*reply, "CRLF");
}

TEST_F(ClientFraming, refuses_a_bare_carriage_return) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nX-A: 1\rX-B: 2\r\nContent-Length: 0\r\n\r\n");

    expect_refused(*reply, "control character");
}

TEST_F(ClientFraming, refuses_nul) {
    using namespace std::literals;
    const auto reply = answered("HTTP/1.1 200 OK\r\nX-A: \0\r\nContent-Length: 0\r\n\r\n"sv);

    expect_refused(*reply, "control character");
}

TEST_F(ClientFraming, refuses_a_space_before_the_colon) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n");

    expect_refused(*reply, "field name");
}

TEST_F(ClientFraming, refuses_a_folded_line) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nX-A: 1\r\n 2\r\nContent-Length: 0\r\n\r\n");

    expect_refused(*reply, "folded");
}

TEST_F(ClientFraming, refuses_what_is_no_http) {
    const auto reply = answered("SSH-2.0-OpenSSH\r\n\r\n");

    expect_refused(*reply, "version");
}

TEST_F(ClientFraming, refuses_a_status_of_four_digits) {
    const auto reply = answered("HTTP/1.1 2000 OK\r\nContent-Length: 0\r\n\r\n");

    expect_refused(*reply, "status");
}

TEST_F(ClientFraming, refuses_a_head_past_the_limit) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nX-A: " + std::string(70'000, 'a'));

    expect_refused(*reply, "too large");
}

TEST_F(ClientFraming, refuses_endless_interim_responses) {
    std::string interims;
    for (int i = 0; i < 20; ++i)
        interims += "HTTP/1.1 102 Processing\r\n\r\n";

    const auto reply = answered(interims);

    expect_refused(*reply, "too many interim");
}

TEST_F(ClientFraming, says_when_a_body_was_cut) {
    const auto reply = answered_and_closed("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab");

    EXPECT_EQ(reply->body_error_name(), "upstream_closed");
    EXPECT_FALSE(reply->body);
}

TEST_F(ClientFraming, says_when_a_chunked_body_was_cut) {
    const auto reply = answered_and_closed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n");

    EXPECT_EQ(reply->body_error_name(), "upstream_closed");
}

TEST_F(ClientFraming, says_when_a_head_was_cut) {
    const auto reply = answered_and_closed("HTTP/1.1 200 OK\r\nContent-Le");

    EXPECT_EQ(reply->error_name(), "upstream_protocol_error");
}

TEST_F(ClientFraming, strips_what_belongs_to_one_hop) {
    const auto reply = answered(
        "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: "
        "timeout=5\r\nContent-Length: 0\r\n\r\n");

    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->headers.size(), 0U);
}

TEST_F(ClientFraming, does_not_reuse_a_connection_on_which_204_announced_a_body) {
    const auto reply = answered("HTTP/1.1 204 No Content\r\nContent-Length: 3\r\n\r\n");

    EXPECT_EQ(reply->status, 204);
    EXPECT_EQ(reply->body, "");
    expect_closed();
}

TEST_F(ClientFraming, refuses_an_interim_response_with_a_length) {
    const auto reply = answered(
        "HTTP/1.1 103 Early Hints\r\nContent-Length: 3\r\n\r\n"
        "abcHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");

    expect_refused(*reply, "interim response");
}

TEST_F(ClientFraming, refuses_a_transfer_coding_behind_chunked) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n");

    expect_refused(*reply, "behind chunked");
}

TEST_F(ClientFraming, refuses_a_chunk_size_that_overflows) {
    const auto reply =
        answered("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10000000000000003\r\nabc\r\n0\r\n\r\n");

    expect_refused(*reply, "not a hexadecimal number");
}

TEST_F(ClientFraming, refuses_a_length_past_64_bits) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nContent-Length: 18446744073709551619\r\n\r\nabc");

    expect_refused(*reply, "Content-Length is not a number");
}

TEST_F(ClientFraming, takes_a_reply_with_a_field_that_means_something_in_requests_only) {
    const auto reply = answered("HTTP/1.1 200 OK\r\nExpect: wonders\r\nContent-Length: 3\r\n\r\nabc");

    EXPECT_EQ(reply->body, "abc");
    EXPECT_EQ(client.idle_connections(), 1U);
}

TEST_F(ClientFraming, says_when_the_connection_breaks_within_a_body) {
    const auto reply = answered("HTTP/1.1 200 OK\r\n\r\nab");

    peer->reset();

    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->body_error_name(), "upstream_closed");
    EXPECT_EQ(client.idle_connections(), 0U);
}

}  // namespace
}  // namespace skep::http
