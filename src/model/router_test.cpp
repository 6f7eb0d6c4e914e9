#include "model/router.hpp"

#include <gtest/gtest.h>

namespace skep::model {
namespace {

using Kind = Router::Match::Kind;

class RouterTest : public testing::Test {
protected:
    void add(std::string path, std::uint32_t target, std::vector<std::string> methods = {}, std::string host = {}) {
        ASSERT_TRUE(router_.add({std::move(path), std::move(methods), std::move(host)}, target));
    }
    // The target, or -1 for not found, -2 for method not allowed.
    int find(std::string_view path, std::string_view method = "GET", std::string_view host = "localhost") const {
        const auto match = router_.find(host, method, path);
        if (match.kind == Kind::found)
            return static_cast<int>(match.target);
        return match.kind == Kind::not_found ? -1 : -2;
    }

    Router router_;
};

TEST_F(RouterTest, finds_an_exact_path_only) {
    add("/users", 1);

    EXPECT_EQ(find("/users"), 1);
    EXPECT_EQ(find("/users/"), -1);
    EXPECT_EQ(find("/user"), -1);
    EXPECT_EQ(find("/"), -1);
}

TEST_F(RouterTest, a_wildcard_takes_what_is_below_but_not_the_path_itself) {
    add("/users/*", 1);

    EXPECT_EQ(find("/users/1"), 1);
    EXPECT_EQ(find("/users/1/orders"), 1);
    EXPECT_EQ(find("/users/"), 1);
    EXPECT_EQ(find("/users"), -1);
}

TEST_F(RouterTest, a_wildcard_at_the_root_takes_everything) {
    add("/*", 1);

    EXPECT_EQ(find("/"), 1);
    EXPECT_EQ(find("/a/b"), 1);
}

TEST_F(RouterTest, the_most_specific_route_wins) {
    add("/*", 1);
    add("/users/*", 2);
    add("/users/:id", 3);
    add("/users/me", 4);

    EXPECT_EQ(find("/users/me"), 4);
    EXPECT_EQ(find("/users/7"), 3);
    EXPECT_EQ(find("/users/7/orders"), 2);
    EXPECT_EQ(find("/other"), 1);
}

TEST_F(RouterTest, goes_back_where_a_literal_leads_nowhere) {
    add("/a/b/c", 1);
    add("/:x/b/d", 2);

    EXPECT_EQ(find("/a/b/d"), 2);
}

TEST_F(RouterTest, a_parameter_is_never_empty) {
    add("/users/:id", 1);

    EXPECT_EQ(find("/users/"), -1);
}

TEST_F(RouterTest, tells_the_methods_of_a_path_known_under_others) {
    add("/users", 1, {"POST"});
    add("/users", 2, {"GET"});

    const auto match = router_.find("localhost", "DELETE", "/users");

    EXPECT_EQ(match.kind, Kind::method_not_allowed);
    EXPECT_EQ(match.allow, "GET, HEAD, POST");
}

TEST_F(RouterTest, head_follows_get) {
    add("/users", 1, {"GET"});

    EXPECT_EQ(find("/users", "HEAD"), 1);
}

TEST_F(RouterTest, a_method_of_a_wider_route_is_found) {
    add("/users/me", 1, {"GET"});
    add("/users/*", 2, {"DELETE"});

    EXPECT_EQ(find("/users/me", "DELETE"), 2);
}

TEST_F(RouterTest, a_route_for_the_host_goes_first) {
    add("/x", 1);
    add("/x", 2, {}, "api.example");

    EXPECT_EQ(find("/x", "GET", "api.example"), 2);
    EXPECT_EQ(find("/x", "GET", "other.example"), 1);
}

TEST_F(RouterTest, refuses_the_same_route_twice) {
    add("/users", 1, {"GET", "POST"});

    EXPECT_EQ(router_.add({"/users", {"POST"}, ""}, 2).error().name(), "already_exists");
}

TEST_F(RouterTest, refuses_a_wildcard_in_the_middle) {
    EXPECT_EQ(router_.add({"/a/*/b", {}, ""}, 1).error().name(), "invalid_argument");
}

}  // namespace
}  // namespace skep::model
