#include "skep/router.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

Request request(std::string method, std::string path) {
    Request made;
    made.method = std::move(method);
    made.path = std::move(path);
    return made;
}

Router router() {
    Router made;
    made.get("/users/{id}", [](const Request& got) { return Response::text(std::string(got.parameter("id"))); });
    made.post("/users", [](const Request& got) { return Response::text(got.body(), 201); });
    made.del("/users/{id}", [](const Request&) { return Response::text("gone"); });
    made.get("/files/*", [](const Request& got) { return Response::text(got.path); });
    made.get("/", [](const Request&) { return Response::text("home"); });
    return made;
}

TEST(Router, gives_the_handler_what_a_name_matched) {
    EXPECT_EQ(router().handle(request("GET", "/users/7")).body, "7");
}

TEST(Router, chooses_by_method) {
    EXPECT_EQ(router().handle(request("DELETE", "/users/7")).body, "gone");
}

TEST(Router, answers_head_by_the_route_of_get) {
    EXPECT_EQ(router().handle(request("HEAD", "/users/7")).status, 200);
}

TEST(Router, says_which_methods_a_path_has) {
    const Response refusal = router().handle(request("PUT", "/users/7"));

    EXPECT_EQ(refusal.status, 405);
    EXPECT_EQ(refusal.headers.back(), (std::pair<std::string, std::string>("allow", "GET, DELETE")));
}

TEST(Router, does_not_know_other_paths) {
    EXPECT_EQ(router().handle(request("GET", "/users/7/orders")).status, 404);
    EXPECT_EQ(router().handle(request("GET", "/user")).status, 404);
    EXPECT_EQ(router().handle(request("GET", "")).status, 404);
}

TEST(Router, a_name_does_not_match_an_empty_segment) {
    EXPECT_EQ(router().handle(request("GET", "/users/")).status, 404);
}

TEST(Router, a_star_matches_the_rest_but_not_nothing) {
    EXPECT_EQ(router().handle(request("GET", "/files/a/b")).body, "/files/a/b");
    EXPECT_EQ(router().handle(request("GET", "/files")).status, 404);
}

TEST(Router, serves_the_root) {
    EXPECT_EQ(router().handle(request("GET", "/")).body, "home");
}

TEST(Request, asks_for_its_body_when_it_is_wanted_and_once_for_all_copies) {
    int asked = 0;
    Request got;
    got.whole_body = Lazy<std::string>([&] { return "body " + std::to_string(++asked); });
    const Request copy = got;

    EXPECT_EQ(asked, 0);
    EXPECT_EQ(copy.body(), "body 1");
    EXPECT_EQ(got.body(), "body 1");
}

TEST(Request, that_was_given_nothing_is_empty) {
    const Request got;

    EXPECT_EQ(got.body(), "");
    EXPECT_TRUE(got.headers().empty());
}

TEST(Request, finds_headers_whatever_their_case) {
    Request got;
    got.all_headers = Headers{{"Content-Type", "text/plain"}};

    EXPECT_EQ(got.header("content-type"), "text/plain");
    EXPECT_EQ(got.header("accept"), "");
}

TEST(Response, a_problem_has_a_stable_code) {
    const Response problem = Response::problem(409, "name_taken", "there is an alice");

    EXPECT_EQ(problem.body, R"({"status":409,"code":"name_taken","detail":"there is an alice"})");
}

}  // namespace
}  // namespace skep
