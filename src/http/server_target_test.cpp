// Request line and Host.

#include <gmock/gmock.h>

#include "http/testing/server_fixture.hpp"

namespace skep::http {
namespace {

using ServerTarget = ServerFixture;

std::string get(std::string_view target) {
    return fmt::format("GET {} HTTP/1.1\r\nHost: h\r\n\r\n", target);
}
std::string with_host(std::string_view host) {
    return fmt::format("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", host);
}

TEST_F(ServerTarget, refuses_a_missing_host) {
    RawPeer peer = sent("GET / HTTP/1.1\r\n\r\n");

    expect_refused(peer, 400, "Host is missing");
}

TEST_F(ServerTarget, refuses_a_second_host) {
    RawPeer peer = sent("GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n");

    expect_refused(peer, 400, "second Host");
}

TEST_F(ServerTarget, refuses_an_empty_host) {
    RawPeer peer = sent(with_host(""));

    expect_refused(peer, 400, "Host is not valid");
}

TEST_F(ServerTarget, refuses_a_host_with_a_user) {
    RawPeer peer = sent(with_host("a@b"));

    expect_refused(peer, 400, "Host is not valid");
}

TEST_F(ServerTarget, refuses_a_host_with_a_path) {
    RawPeer peer = sent(with_host("a/b"));

    expect_refused(peer, 400, "Host is not valid");
}

TEST_F(ServerTarget, refuses_a_list_of_hosts) {
    RawPeer peer = sent(with_host("a, b"));

    expect_refused(peer, 400, "Host is not valid");
}

TEST_F(ServerTarget, refuses_a_port_that_is_too_large) {
    RawPeer peer = sent(with_host("a:65536"));

    expect_refused(peer, 400, "Host is not valid");
}

TEST_F(ServerTarget, takes_an_empty_port_for_none) {
    RawPeer peer = sent(with_host("h:") + with_host("[::1]:") + get("http://other.test:/x"));

    ASSERT_EQ(handler.seen().size(), 3U);
    EXPECT_EQ(handler.seen()[0].authority, "h");
    EXPECT_EQ(handler.seen()[1].authority, "[::1]");
    EXPECT_EQ(handler.seen()[2].authority, "other.test");
}

TEST_F(ServerTarget, refuses_an_empty_port_of_no_host) {
    RawPeer peer = sent(with_host(":"));

    expect_refused(peer, 400, "Host is not valid");
}

TEST_F(ServerTarget, refuses_two_empty_ports) {
    RawPeer peer = sent(with_host("h::"));

    expect_refused(peer, 400, "Host is not valid");
}

TEST_F(ServerTarget, takes_an_ipv6_host) {
    RawPeer peer = sent(with_host("[::1]:8080"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].authority, "[::1]:8080");
}

TEST_F(ServerTarget, takes_a_host_with_an_underscore) {
    RawPeer peer = sent(with_host("my_service.skep.internal"));

    EXPECT_EQ(peer.status(), 200);
}

TEST_F(ServerTarget, takes_the_authority_of_an_absolute_target_over_host) {
    RawPeer peer = sent("GET http://other.test/x?y HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].authority, "other.test");
    EXPECT_EQ(handler.seen()[0].target, "/x?y");
}

TEST_F(ServerTarget, gives_an_absolute_target_without_path_the_root) {
    RawPeer peer = sent("GET http://other.test?y HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_EQ(handler.seen()[0].target, "/?y");
}

TEST_F(ServerTarget, refuses_an_absolute_target_with_a_user) {
    RawPeer peer = sent(get("http://user@other.test/"));

    expect_refused(peer, 400, "no valid authority");
}

TEST_F(ServerTarget, refuses_another_scheme) {
    RawPeer peer = sent(get("ftp://other.test/"));

    expect_refused(peer, 400, "neither a path nor an http URL");
}

TEST_F(ServerTarget, refuses_an_authority_as_target) {
    RawPeer peer = sent(get("other.test:80"));

    expect_refused(peer, 400, "neither a path nor an http URL");
}

TEST_F(ServerTarget, refuses_connect) {
    RawPeer peer = sent("CONNECT other.test:80 HTTP/1.1\r\nHost: other.test:80\r\n\r\n");

    expect_refused(peer, 501, "CONNECT");
}

TEST_F(ServerTarget, answers_options_of_an_asterisk_for_the_server_itself) {
    RawPeer peer = sent("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n" + get("/next"));

    EXPECT_EQ(peer.status(), 204);
    EXPECT_THAT(peer.received(), testing::HasSubstr("\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n"));
    ASSERT_EQ(handler.seen().size(), 1U);
    EXPECT_EQ(handler.seen()[0].target, "/next");
}

TEST_F(ServerTarget, skips_the_body_of_options_of_an_asterisk) {
    RawPeer peer = sent("OPTIONS * HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc" + get("/next"));

    EXPECT_EQ(peer.status(), 204);
    ASSERT_EQ(handler.seen().size(), 1U);
    EXPECT_EQ(handler.seen()[0].target, "/next");
}

TEST_F(ServerTarget, refuses_an_asterisk_with_get) {
    RawPeer peer = sent(get("*"));

    expect_refused(peer, 400, "OPTIONS only");
}

TEST_F(ServerTarget, refuses_dot_segments) {
    RawPeer peer = sent(get("/a/../b"));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, refuses_encoded_dot_segments) {
    RawPeer peer = sent(get("/a/%2e%2E/b"));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, refuses_dot_segments_encoded_twice) {
    RawPeer peer = sent(get("/a/%252e./b"));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, refuses_dot_segments_with_parameters) {
    RawPeer peer = sent(get("/a/..;x=1/b"));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, refuses_dot_segments_before_an_encoded_slash) {
    RawPeer peer = sent(get("/a/..%2fb"));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, refuses_dot_segments_before_a_backslash) {
    RawPeer peer = sent(get("/a/..%5cb"));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, refuses_dot_segments_behind_a_plain_backslash) {
    RawPeer peer = sent(get("/a\\..\\b"));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, refuses_a_single_dot_at_the_end) {
    RawPeer peer = sent(get("/a/."));

    expect_refused(peer, 400, "dot segment");
}

TEST_F(ServerTarget, takes_dots_within_segments_and_in_the_query) {
    RawPeer peer = sent(get("/a..b/.well-known/...?x=/../"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].target, "/a..b/.well-known/...?x=/../");
}

TEST_F(ServerTarget, refuses_an_encoded_nul) {
    RawPeer peer = sent(get("/a%00"));

    expect_refused(peer, 400, "percent-encoding");
}

TEST_F(ServerTarget, refuses_an_escape_that_is_none) {
    RawPeer peer = sent(get("/a%zz"));

    expect_refused(peer, 400, "percent-encoding");
}

TEST_F(ServerTarget, refuses_a_fragment) {
    RawPeer peer = sent(get("/a#b"));

    expect_refused(peer, 400, "request target");
}

TEST_F(ServerTarget, refuses_a_target_past_its_limit) {
    RawPeer peer = sent(get("/" + std::string(8 * 1024, 'a')));

    expect_refused(peer, 414, "too long");
}

TEST_F(ServerTarget, refuses_a_target_past_its_limit_before_it_ends) {
    RawPeer peer = sent("GET /" + std::string(9 * 1024, 'a'));

    expect_refused(peer, 414, "too long");
}

TEST_F(ServerTarget, takes_a_target_just_within_its_limit) {
    RawPeer peer = sent(get("/" + std::string(8 * 1024 - 1, 'a')));

    EXPECT_EQ(peer.status(), 200);
}

TEST_F(ServerTarget, refuses_two_spaces_in_the_request_line) {
    RawPeer peer = sent("GET  / HTTP/1.1\r\nHost: h\r\n\r\n");

    expect_refused(peer, 400, "request target");
}

TEST_F(ServerTarget, refuses_a_method_that_is_no_token) {
    RawPeer peer = sent("G@T / HTTP/1.1\r\nHost: h\r\n\r\n");

    expect_refused(peer, 400, "method");
}

TEST_F(ServerTarget, refuses_a_request_line_without_version) {
    RawPeer peer = sent("GET /\r\n\r\n");

    expect_refused(peer, 400, "request target");
}

TEST_F(ServerTarget, refuses_a_version_in_lower_case) {
    RawPeer peer = sent("GET / http/1.1\r\nHost: h\r\n\r\n");

    expect_refused(peer, 400, "version");
}

TEST_F(ServerTarget, says_505_to_the_preface_of_http_2) {
    RawPeer peer = sent("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    expect_refused(peer, 505, "version");
}

TEST_F(ServerTarget, refuses_http_0_9_without_waiting_for_more) {
    RawPeer peer = sent("GET /\r\n");

    expect_refused(peer, 400, "request target");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerTarget, refuses_lines_that_end_in_a_carriage_return_only_without_waiting_for_more) {
    RawPeer peer = sent("GET / HTTP/1.1\rHost: h\r\r");

    expect_refused(peer, 400, "carriage return");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerTarget, refuses_nul_in_the_target) {
    RawPeer peer = sent(get(std::string_view("/a\0b", 4)));

    expect_refused(peer, 400, "request target");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerTarget, refuses_bytes_beyond_ascii_in_the_target) {
    RawPeer peer = sent(get("/caf\xC3\xA9"));

    expect_refused(peer, 400, "request target");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerTarget, refuses_what_no_browser_sends_in_a_target) {
    RawPeer peer = sent(get("/a`b") + get("/next"));

    expect_refused(peer, 400, "path has a character");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerTarget, refuses_what_no_browser_sends_in_a_query) {
    RawPeer peer = sent(get("/a?{\"b\":1}") + get("/next"));

    expect_refused(peer, 400, "query has a character");
    EXPECT_TRUE(handler.seen().empty());
}

TEST_F(ServerTarget, takes_what_browsers_send_against_the_rules) {
    RawPeer peer = sent(get("/a{b}|^c?{d}|^`\\e"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].target, "/a{b}|^c?{d}|^`\\e");
}

TEST_F(ServerTarget, keeps_escapes_and_doubled_slashes_as_they_came) {
    RawPeer peer = sent(get("//a%2Fb%20c/%7e;p=1//?x=%2e%2e/&y=a+b"));

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].target, "//a%2Fb%20c/%7e;p=1//?x=%2e%2e/&y=a+b");
}

TEST_F(ServerTarget, keeps_the_letter_case_of_a_method) {
    RawPeer peer = sent("get / HTTP/1.1\r\nHost: h\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].method, "get");
}

TEST_F(ServerTarget, sends_no_body_with_a_refusal_of_head) {
    RawPeer peer = sent("HEAD / HTTP/1.1\r\n\r\n");

    expect_refused(peer, 400, "");
    EXPECT_EQ(peer.body(), "");
}

TEST_F(ServerTarget, sends_the_body_of_a_refusal_that_comes_after_head) {
    RawPeer peer = sent("HEAD / HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(peer.status(), 200);
    peer.take();

    peer.send("GET / HTTP/1.1\r\n\r\n");

    EXPECT_NE(peer.take().find("Host is missing"), std::string::npos);
    EXPECT_TRUE(peer.is_closed());
}

TEST_F(ServerTarget, gives_an_http_1_0_request_without_host_the_address_of_the_server) {
    RawPeer peer = sent("GET / HTTP/1.0\r\n\r\n");

    EXPECT_EQ(peer.status(), 200);
    EXPECT_EQ(handler.seen()[0].authority, "127.0.0.1:8080");
}

}  // namespace
}  // namespace skep::http
