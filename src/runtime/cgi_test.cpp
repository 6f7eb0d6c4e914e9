#include "runtime/cgi.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace skep::runtime {
namespace {

std::string find(const Variables& variables, std::string_view name) {
    const auto found = std::ranges::find(variables, name, &Variables::value_type::first);
    return found == variables.end() ? "<none>" : found->second;
}

model::Request post_users() {
    model::Request request;
    request.method = "POST";
    request.target = "/users/1?full=yes";
    request.authority = "shop.example:8080";
    request.headers.add("content-type", "application/json");
    request.headers.add("x-trace-id", "t1");
    request.body = model::Body(std::string("{}"));
    return request;
}

TEST(CgiVariables, tell_the_request) {
    const Variables variables = cgi_variables(post_users(), "10.0.0.1");

    EXPECT_EQ(find(variables, "REQUEST_METHOD"), "POST");
    EXPECT_EQ(find(variables, "HTTP_PATH"), "/users/1");
    EXPECT_EQ(find(variables, "QUERY_STRING"), "full=yes");
    EXPECT_EQ(find(variables, "CONTENT_LENGTH"), "2");
    EXPECT_EQ(find(variables, "HTTP_X_TRACE_ID"), "t1");
    EXPECT_EQ(find(variables, "SERVER_NAME"), "shop.example");
    EXPECT_EQ(find(variables, "SERVER_PORT"), "8080");
    EXPECT_EQ(find(variables, "REMOTE_ADDR"), "10.0.0.1");
}

TEST(CgiVariables, a_client_cannot_set_those_that_skep_sets) {
    model::Request request = post_users();
    request.headers.add("method", "DELETE");
    request.headers.add("path", "/admin");
    request.headers.add("proxy", "http://evil");

    const Variables variables = cgi_variables(request, "");

    EXPECT_EQ(find(variables, "HTTP_METHOD"), "POST");
    EXPECT_EQ(std::ranges::count(variables, "HTTP_METHOD", &Variables::value_type::first), 1);
    EXPECT_EQ(std::ranges::count(variables, "HTTP_PATH", &Variables::value_type::first), 1);
    EXPECT_EQ(find(variables, "HTTP_PROXY"), "<none>");
}

TEST(CgiVariables, fields_of_one_name_are_one_variable) {
    model::Request request = post_users();
    request.headers.add("accept", "text/html");
    request.headers.add("x-between", "1");
    request.headers.add("accept", "text/plain;q=0.5");

    const Variables variables = cgi_variables(request, "");

    EXPECT_EQ(find(variables, "HTTP_ACCEPT"), "text/html, text/plain;q=0.5");
    EXPECT_EQ(std::ranges::count(variables, "HTTP_ACCEPT", &Variables::value_type::first), 1);
}

TEST(CgiVariables, cookies_of_several_fields_are_one_line_of_cookies) {
    model::Request request = post_users();
    request.headers.add("cookie", "a=1");
    request.headers.add("cookie", "b=2");

    EXPECT_EQ(find(cgi_variables(request, ""), "HTTP_COOKIE"), "a=1; b=2");
}

TEST(CgiOutput, plain_json_is_a_200) {
    const auto response = parse_cgi_output("{\"a\": 1}\n").value();

    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(response.headers.get("content-type"), "application/json");
    EXPECT_EQ(response.body.buffered().view(), "{\"a\": 1}\n");
}

TEST(CgiOutput, plain_text_is_a_200) {
    EXPECT_EQ(parse_cgi_output("hello").value().headers.get("content-type"), "text/plain; charset=utf-8");
}

TEST(CgiOutput, text_that_looks_like_a_field_stays_text) {
    const auto response = parse_cgi_output("note: this\n\nis text").value();

    EXPECT_EQ(response.body.buffered().view(), "note: this\n\nis text");
}

TEST(CgiOutput, a_header_block_sets_status_and_fields) {
    const auto response = parse_cgi_output("Status: 201 Created\r\nX-A: b\r\n\r\nbody").value();

    EXPECT_EQ(response.status, 201);
    EXPECT_EQ(response.headers.get("x-a"), "b");
    EXPECT_EQ(response.body.buffered().view(), "body");
}

TEST(CgiOutput, a_location_alone_redirects) {
    EXPECT_EQ(parse_cgi_output("Location: /x\n\n").value().status, 302);
}

TEST(CgiOutput, framing_fields_are_left_out) {
    const auto response =
        parse_cgi_output("Content-Type: text/html\nContent-Length: 99\nTransfer-Encoding: chunked\n\nx").value();

    EXPECT_EQ(response.headers.size(), 1U);
}

class InvalidCgiOutput : public testing::TestWithParam<const char*> {};
TEST_P(InvalidCgiOutput, is_refused_by_name) {
    EXPECT_EQ(parse_cgi_output(GetParam()).error().name(), "guest_invalid_response");
}
INSTANTIATE_TEST_SUITE_P(, InvalidCgiOutput,
                         testing::Values("Status: 99\n\n", "Status: abc\n\n", "Status: 2000\n\n", "Status: 101\n\n",
                                         "Content-Type: a\rb\n\n"));

std::string repeated(std::string_view text, int times) {
    std::string whole;
    for (int i = 0; i < times; ++i)
        whole += text;
    return whole;
}

TEST(CgiOutput, more_than_100_fields_are_refused) {
    const auto response = parse_cgi_output("Content-Type: text/plain\n" + repeated("X-Flood: x\n", 101) + "\nbody");

    EXPECT_EQ(response.error().name(), "guest_invalid_response");
}

TEST(CgiOutput, fields_beyond_32_kib_are_refused) {
    const auto response =
        parse_cgi_output("Content-Type: text/plain\nX-Wide: " + std::string(40'000, 'x') + "\nX-More: x\n\nbody");

    EXPECT_EQ(response.error().name(), "guest_invalid_response");
}

TEST(CgiOutput, no_output_is_an_empty_200) {
    const auto response = parse_cgi_output("").value();

    EXPECT_EQ(response.status, 200);
    EXPECT_TRUE(response.body.is_empty());
}

}  // namespace
}  // namespace skep::runtime
