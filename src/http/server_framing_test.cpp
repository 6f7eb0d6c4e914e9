// How the length of a request is told: every ambiguity is refused, and nothing after it is read as
// a request.

#include <gmock/gmock.h>

#include "http/testing/server_fixture.hpp"

namespace skep::http {
namespace {

using ServerFraming = ServerFixture;

constexpr std::string_view kSmuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

// A POST with `fields`, then `body`, then another request that only a lenient reader would find.
std::string post(std::string_view fields, std::string_view body) {
    return fmt::format("POST / HTTP/1.1\r\nHost: h\r\n{}\r\n{}{}", fields, body, kSmuggled);
}
std::string chunked(std::string_view body) {
    return post("Transfer-Encoding: chunked\r\n", body);
}

TEST_F(ServerFraming, refuses_a_second_content_length) {
    RawPeer peer = sent(post("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"));

    expect_refused(peer, 400, "second Content-Length");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_differing_content_length) {
    RawPeer peer = sent(post("Content-Length: 3\r\nContent-Length: 4\r\n", "abcd"));

    expect_refused(peer, 400, "second Content-Length");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_list_as_content_length) {
    RawPeer peer = sent(post("Content-Length: 3, 3\r\n", "abc"));

    expect_refused(peer, 400, "Content-Length is not a number");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_signed_content_length) {
    RawPeer peer = sent(post("Content-Length: +3\r\n", "abc"));

    expect_refused(peer, 400, "Content-Length is not a number");
}

TEST_F(ServerFraming, refuses_an_empty_content_length) {
    RawPeer peer = sent(post("Content-Length:\r\n", ""));

    expect_refused(peer, 400, "Content-Length is not a number");
}

TEST_F(ServerFraming, refuses_a_content_length_past_64_bits) {
    RawPeer peer = sent(post("Content-Length: 18446744073709551619\r\n", "abc"));

    expect_refused(peer, 400, "Content-Length is not a number");
}

TEST_F(ServerFraming, refuses_content_length_beside_transfer_encoding) {
    RawPeer peer = sent(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));

    expect_refused(peer, 400, "Content-Length stands beside Transfer-Encoding");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_an_unknown_transfer_coding) {
    RawPeer peer = sent(post("Transfer-Encoding: gzip, chunked\r\n", "0\r\n\r\n"));

    expect_refused(peer, 501, "transfer coding other than chunked");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_transfer_coding_that_only_looks_like_chunked) {
    RawPeer peer = sent(post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"));

    expect_refused(peer, 400, "last transfer coding is not chunked");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_chunked_given_twice) {
    RawPeer peer = sent(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));

    expect_refused(peer, 400, "behind chunked");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_transfer_coding_behind_a_vertical_tab) {
    RawPeer peer = sent(post("Transfer-Encoding: \vchunked\r\n", "0\r\n\r\n"));

    expect_refused(peer, 400, "control character");
}

TEST_F(ServerFraming, refuses_transfer_encoding_in_http_1_0) {
    RawPeer peer = sent("POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n");

    expect_refused(peer, 400, "HTTP/1.0");
}

TEST_F(ServerFraming, takes_chunked_in_any_case) {
    RawPeer peer = sent(post("Transfer-Encoding: Chunked\r\n", "3\r\nabc\r\n0\r\n\r\n"));

    EXPECT_EQ(peer.status(), 200);
    ASSERT_EQ(handler.seen().size(), 2U);
    EXPECT_EQ(handler.seen()[0].body, "abc");
    EXPECT_EQ(handler.seen()[1].target, "/smuggled");
}

TEST_F(ServerFraming, joins_chunks_and_ignores_their_extensions) {
    RawPeer peer = sent(chunked("3;a=1;b=\"x\\\"y\";c\r\nabc\r\n00a\r\n0123456789\r\n0\r\n\r\n"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].body, "abc0123456789");
}

TEST_F(ServerFraming, refuses_a_chunk_size_that_is_no_number) {
    RawPeer peer = sent(chunked("g\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "not a hexadecimal number");
    EXPECT_EQ(handler.seen().size(), 1U);
}

TEST_F(ServerFraming, refuses_a_chunk_size_with_a_prefix) {
    RawPeer peer = sent(chunked("0x3\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunk extension");
}

TEST_F(ServerFraming, refuses_an_empty_chunk_size) {
    RawPeer peer = sent(chunked("\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "not a hexadecimal number");
}

TEST_F(ServerFraming, refuses_a_negative_chunk_size) {
    RawPeer peer = sent(chunked("-3\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "not a hexadecimal number");
}

TEST_F(ServerFraming, refuses_a_chunk_size_that_overflows) {
    RawPeer peer = sent(chunked("10000000000000003\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "not a hexadecimal number");
}

TEST_F(ServerFraming, refuses_a_space_after_the_chunk_size) {
    RawPeer peer = sent(chunked("3 \r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunk extension");
}

TEST_F(ServerFraming, refuses_a_chunk_extension_without_name) {
    RawPeer peer = sent(chunked("3;\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunk extension");
}

TEST_F(ServerFraming, refuses_a_bare_carriage_return_in_a_chunk_extension) {
    RawPeer peer = sent(chunked("3;a=\"\r1\"\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunk extension");
}

TEST_F(ServerFraming, refuses_a_bare_line_feed_after_the_chunk_size) {
    RawPeer peer = sent(chunked("3\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "does not end in CRLF");
}

TEST_F(ServerFraming, refuses_a_chunk_that_is_longer_than_its_size) {
    RawPeer peer = sent(chunked("3\r\nabcd\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunk");
}

TEST_F(ServerFraming, refuses_a_bare_line_feed_after_a_chunk) {
    RawPeer peer = sent(chunked("3\r\nabc\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunked body");
}

TEST_F(ServerFraming, refuses_a_chunk_line_without_end) {
    RawPeer peer = sent(chunked("3;" + std::string(300, 'x')));

    expect_refused(peer, 400, "too long");
}

TEST_F(ServerFraming, hands_trailers_to_the_reader_of_the_body) {
    RawPeer peer = sent(chunked("3\r\nabc\r\n0\r\nX-Sum: 9\r\n\r\n"));

    EXPECT_EQ(peer.status(), 200);
    ASSERT_TRUE(handler.seen()[0].trailers);
    EXPECT_EQ(handler.seen()[0].trailers->get("x-sum"), "9");
    EXPECT_FALSE(handler.seen()[0].headers.contains("x-sum"));
}

TEST_F(ServerFraming, leaves_out_trailers_that_belong_into_a_head) {
    RawPeer peer = sent(chunked("0\r\nX-Skep-Depth: 9\r\nX-Sum: 9\r\nAuthorization: x\r\n\r\n"));

    EXPECT_EQ(peer.status(), 200);
    ASSERT_TRUE(handler.seen()[0].trailers);
    EXPECT_EQ(handler.seen()[0].trailers->size(), 1U);
    EXPECT_EQ(handler.seen()[0].trailers->get("x-sum"), "9");
}

TEST_F(ServerFraming, counts_the_trailers_that_it_leaves_out) {
    limits.fields = 3;

    RawPeer peer = sent(chunked("0\r\nRange: 1\r\nRange: 2\r\nRange: 3\r\nRange: 4\r\n\r\n"));

    expect_refused(peer, 431, "too many fields");
}

TEST_F(ServerFraming, refuses_a_framing_field_as_trailer) {
    RawPeer peer = sent(chunked("0\r\nContent-Length: 9\r\n\r\n"));

    expect_refused(peer, 400, "trailer");
}

TEST_F(ServerFraming, refuses_a_malformed_trailer) {
    RawPeer peer = sent(chunked("0\r\nX-Sum : 9\r\n\r\n"));

    expect_refused(peer, 400, "field name");
}

TEST_F(ServerFraming, refuses_trailers_past_the_limit_of_a_header_block) {
    limits.header_block = 1024;

    RawPeer peer = sent(chunked("0\r\nX-Sum: " + std::string(2000, '9') + "\r\n\r\n"));

    expect_refused(peer, 431, "too long");
}

TEST_F(ServerFraming, says_400_when_the_client_ends_within_the_body) {
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nabc");

    peer.end();

    expect_refused(peer, 400, "closed within the body");
}

TEST_F(ServerFraming, refuses_a_negative_content_length) {
    RawPeer peer = sent(post("Content-Length: -3\r\n", "abc"));

    expect_refused(peer, 400, "Content-Length is not a number");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_hexadecimal_content_length) {
    RawPeer peer = sent(post("Content-Length: 0x3\r\n", "abc"));

    expect_refused(peer, 400, "Content-Length is not a number");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_content_length_with_a_space_within) {
    RawPeer peer = sent(post("Content-Length: 3 0\r\n", "abc"));

    expect_refused(peer, 400, "Content-Length is not a number");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_content_length_of_64_bits_as_too_large) {
    RawPeer peer = sent(post("Content-Length: 9223372036854775807\r\n", "abc"));

    expect_refused(peer, 413, "9223372036854775807");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_a_transfer_coding_behind_chunked) {
    RawPeer peer = sent(post("Transfer-Encoding: chunked, gzip\r\n", "0\r\n\r\n"));

    expect_refused(peer, 400, "behind chunked");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_the_transfer_coding_identity) {
    RawPeer peer = sent(post("Transfer-Encoding: identity\r\n", "abc"));

    expect_refused(peer, 400, "last transfer coding is not chunked");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_an_unknown_transfer_coding_on_a_line_of_its_own) {
    RawPeer peer = sent(post("Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"));

    expect_refused(peer, 501, "transfer coding other than chunked");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_an_empty_element_among_transfer_codings) {
    RawPeer peer = sent(post("Transfer-Encoding: chunked,\r\n", "0\r\n\r\n"));

    expect_refused(peer, 400, "empty element");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, refuses_content_length_beside_an_unknown_transfer_coding) {
    RawPeer peer = sent(post("Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", "abc"));

    expect_refused(peer, 400, "Content-Length stands beside Transfer-Encoding");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFraming, takes_blanks_around_the_marks_of_a_chunk_extension) {
    RawPeer peer = sent(chunked("3 ; a = 1\t;b\r\nabc\r\n0\r\n\r\n"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].body, "abc");
    EXPECT_EQ(handler.seen()[1].target, "/smuggled");
}

TEST_F(ServerFraming, refuses_a_blank_behind_the_last_chunk_extension) {
    RawPeer peer = sent(chunked("3;a \r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunk extension");
    EXPECT_EQ(handler.seen().size(), 1U);
}

TEST_F(ServerFraming, refuses_a_bare_carriage_return_behind_a_backslash) {
    RawPeer peer = sent(chunked("3;a=\"\\\r1\"\r\nabc\r\n0\r\n\r\n"));

    expect_refused(peer, 400, "chunk extension");
    EXPECT_EQ(handler.seen().size(), 1U);
}

TEST_F(ServerFraming, joins_ten_thousand_tiny_chunks) {
    const std::vector<std::string_view> chunks(10'000, "1\r\nx\r\n");

    RawPeer peer = sent(chunked(fmt::format("{}0\r\n\r\n", fmt::join(chunks, ""))));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].body, std::string(10'000, 'x'));
    EXPECT_EQ(handler.seen()[1].target, "/smuggled");
}

TEST_F(ServerFraming, says_400_when_the_client_ends_within_a_chunk) {
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc");

    peer.end();

    expect_refused(peer, 400, "closed within the body");
}

TEST_F(ServerFraming, says_400_when_the_client_ends_before_the_last_chunk) {
    RawPeer peer = sent("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");

    peer.end();

    expect_refused(peer, 400, "closed within the body");
}

}  // namespace
}  // namespace skep::http
