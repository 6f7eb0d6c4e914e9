#include "model/message.hpp"

#include <gtest/gtest.h>

#include "model/names.hpp"

namespace skep::model {
namespace {

TEST(Request, splits_its_target) {
    Request request;
    request.target = "/a/b?c=d?e";

    EXPECT_EQ(request.path(), "/a/b");
    EXPECT_EQ(request.query(), "c=d?e");
}

TEST(ProblemResponse, tells_code_and_reason) {
    const Response response = problem_response(error("route_not_found", "no route for \"/x\""));

    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.headers.get("content-type"), "application/problem+json");
    EXPECT_EQ(response.body.buffered().view(),
              R"({"type":"about:blank","title":"No route matches the path.","status":404,)"
              R"("code":"route_not_found","detail":"no route for \"/x\""})"
              "\n");
}

TEST(ServiceName, accepts_labels_only) {
    EXPECT_TRUE(parse_service_name("users-2"));
    EXPECT_FALSE(parse_service_name(""));
    EXPECT_FALSE(parse_service_name("2users"));
    EXPECT_FALSE(parse_service_name("Users"));
    EXPECT_FALSE(parse_service_name(std::string(64, 'a')));
}

}  // namespace
}  // namespace skep::model
