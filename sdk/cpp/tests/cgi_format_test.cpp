#include "skep/detail/cgi_format.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(CgiRequest, takes_method_path_and_query) {
    Request request;
    Headers headers;

    detail_take_variable("HTTP_METHOD=POST", request, headers);
    detail_take_variable("HTTP_PATH=/users", request, headers);
    detail_take_variable("QUERY_STRING=a=b", request, headers);

    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.path, "/users");
    EXPECT_EQ(request.query, "a=b");
    EXPECT_TRUE(headers.empty());
}

TEST(CgiRequest, turns_variables_into_headers) {
    Request request;
    Headers headers;

    detail_take_variable("CONTENT_TYPE=text/plain", request, headers);
    detail_take_variable("HTTP_ACCEPT_LANGUAGE=de", request, headers);

    EXPECT_EQ(headers, (Headers{{"content-type", "text/plain"}, {"accept-language", "de"}}));
}

TEST(CgiRequest, leaves_other_variables_alone) {
    Request request;
    Headers headers;

    detail_take_variable("SERVICE_NAME=users", request, headers);
    detail_take_variable("no equals sign", request, headers);

    EXPECT_TRUE(headers.empty());
}

TEST(CgiReply, prints_status_headers_and_body) {
    EXPECT_EQ(detail_cgi_reply(Response{404, {{"content-type", "text/plain"}}, "gone\n"}),
              "Status: 404\r\ncontent-type: text/plain\r\n\r\ngone\n");
}

TEST(CgiReply, leaves_out_a_header_that_would_break_the_framing) {
    EXPECT_EQ(detail_cgi_reply(Response{200, {{"x-evil", "a\r\nset-cookie: b"}, {"x-ok", "c"}}, ""}),
              "Status: 200\r\nx-ok: c\r\n\r\n");
}

}  // namespace
}  // namespace skep
