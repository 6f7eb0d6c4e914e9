// The characters of a request's head.

#include <gmock/gmock.h>

#include "http/testing/server_fixture.hpp"

namespace skep::http {
namespace {

using ServerFields = ServerFixture;

std::string get_with(std::string_view field_lines) {
    return fmt::format("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", field_lines);
}

TEST_F(ServerFields, refuses_a_bare_line_feed_at_once) {
    RawPeer peer = sent("GET / HTTP/1.1\nHost: h\n\n");

    expect_refused(peer, 400, "does not end in CRLF");
}

TEST_F(ServerFields, refuses_a_bare_line_feed_after_a_field) {
    RawPeer peer = sent(get_with("X-A: 1\nX-B: 2\r\n"));

    expect_refused(peer, 400, "does not end in CRLF");
}

TEST_F(ServerFields, refuses_a_bare_carriage_return_in_a_value) {
    RawPeer peer = sent(get_with("X-A: 1\rX-B: 2\r\n"));

    expect_refused(peer, 400, "control character");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerFields, refuses_a_bare_carriage_return_in_the_request_line) {
    RawPeer peer = sent("GET /\r HTTP/1.1\r\nHost: h\r\n\r\n");

    expect_refused(peer, 400, "carriage return");
}

TEST_F(ServerFields, refuses_nul_in_a_value) {
    using namespace std::literals;
    RawPeer peer = sent(get_with("X-A: 1\0002\r\n"sv));

    expect_refused(peer, 400, "control character");
}

TEST_F(ServerFields, refuses_nul_in_a_name) {
    using namespace std::literals;
    RawPeer peer = sent(get_with("X\0A: 1\r\n"sv));

    expect_refused(peer, 400, "field name");
}

TEST_F(ServerFields, refuses_delete_in_a_value) {
    RawPeer peer = sent(get_with("X-A: \x7f\r\n"));

    expect_refused(peer, 400, "control character");
}

TEST_F(ServerFields, refuses_a_space_before_the_colon) {
    RawPeer peer = sent(get_with("X-A : 1\r\n"));

    expect_refused(peer, 400, "field name");
}

TEST_F(ServerFields, refuses_a_tab_before_the_colon) {
    RawPeer peer = sent(get_with("Transfer-Encoding\t: chunked\r\n"));

    expect_refused(peer, 400, "field name");
}

TEST_F(ServerFields, refuses_a_folded_line) {
    RawPeer peer = sent(get_with("X-A: 1\r\n  2\r\n"));

    expect_refused(peer, 400, "folded");
}

TEST_F(ServerFields, refuses_a_fold_right_after_the_request_line) {
    RawPeer peer = sent("GET / HTTP/1.1\r\n X-A: 1\r\nHost: h\r\n\r\n");

    expect_refused(peer, 400, "folded");
}

TEST_F(ServerFields, refuses_a_name_that_is_no_token) {
    RawPeer peer = sent(get_with("X(A): 1\r\n"));

    expect_refused(peer, 400, "field name");
}

TEST_F(ServerFields, refuses_a_field_without_name) {
    RawPeer peer = sent(get_with(": 1\r\n"));

    expect_refused(peer, 400, "no name");
}

TEST_F(ServerFields, refuses_a_line_without_colon) {
    RawPeer peer = sent(get_with("nonsense\r\n"));

    expect_refused(peer, 400, "no colon");
}

TEST_F(ServerFields, refuses_a_name_with_underscore) {
    RawPeer peer = sent(get_with("X_Forwarded_For: 1\r\n"));

    expect_refused(peer, 400, "underscore");
}

TEST_F(ServerFields, takes_names_with_underscore_where_allowed) {
    limits.allow_underscores = true;

    RawPeer peer = sent(get_with("X_A: 1\r\n"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].headers.get("x_a"), "1");
}

TEST_F(ServerFields, trims_values_and_keeps_tabs_and_high_bytes_within) {
    RawPeer peer = sent(get_with("X-A: \t a\tb\xc3\xa4 \t\r\n"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].headers.get("x-a"), "a\tb\xc3\xa4");
}

TEST_F(ServerFields, keeps_repeated_fields_in_order) {
    RawPeer peer = sent(get_with("Cookie: a\r\nX-B:\r\nCookie: b\r\n"));

    EXPECT_EQ(peer.status(), 200);
    ASSERT_EQ(handler.seen()[0].headers.size(), 3U);
    EXPECT_EQ(handler.seen()[0].headers[0].value, "a");
    EXPECT_EQ(handler.seen()[0].headers[1].value, "");
    EXPECT_EQ(handler.seen()[0].headers[2].value, "b");
}

TEST_F(ServerFields, refuses_an_expectation_it_does_not_know) {
    RawPeer peer = sent(get_with("Expect: 200-ok\r\n"));

    expect_refused(peer, 417, "Expect");
}

TEST_F(ServerFields, refuses_a_connection_field_that_is_no_list_of_tokens) {
    RawPeer peer = sent(get_with("Connection: close; x\r\n"));

    expect_refused(peer, 400, "Connection is no list");
}

TEST_F(ServerFields, refuses_a_header_block_past_its_limit) {
    RawPeer peer = sent(get_with("X-A: " + std::string(33 * 1024, 'a') + "\r\n"));

    expect_refused(peer, 431, "header block");
    EXPECT_EQ(observer.refusals, std::vector<std::string>{"headers_too_large"});
}

TEST_F(ServerFields, refuses_a_header_block_past_its_limit_before_it_ends) {
    RawPeer peer = sent("GET / HTTP/1.1\r\nHost: h\r\nX-A: " + std::string(33 * 1024, 'a'));

    expect_refused(peer, 431, "header block");
}

TEST_F(ServerFields, takes_a_header_block_just_within_its_limit) {
    RawPeer peer = sent(get_with("X-A: " + std::string(32 * 1024 - 30, 'a') + "\r\n"));

    EXPECT_EQ(peer.status(), 200);
}

TEST_F(ServerFields, refuses_more_fields_than_allowed) {
    limits.fields = 3;

    RawPeer peer = sent(get_with("A: 1\r\nB: 2\r\nC: 3\r\n"));

    expect_refused(peer, 431, "too many fields");
}

TEST_F(ServerFields, takes_as_many_fields_as_allowed) {
    limits.fields = 3;

    RawPeer peer = sent(get_with("A: 1\r\nB: 2\r\n"));

    EXPECT_EQ(peer.status(), 200);
}

}  // namespace
}  // namespace skep::http
