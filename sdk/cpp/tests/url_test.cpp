#include "skep/url.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(Url, has_an_authority_and_a_path) {
    const auto url = Url::parse("http://users.skep.internal:80/users/1?full=1#top");

    ASSERT_TRUE(url);
    EXPECT_FALSE(url->secure);
    EXPECT_EQ(url->authority, "users.skep.internal:80");
    EXPECT_EQ(url->path_and_query, "/users/1?full=1");
}

TEST(Url, without_a_path_asks_for_the_root) {
    EXPECT_EQ(Url::parse("https://example.com")->path_and_query, "/");
    EXPECT_EQ(Url::parse("https://example.com?a=b")->path_and_query, "/?a=b");
}

TEST(Url, needs_a_scheme_and_a_host) {
    EXPECT_FALSE(Url::parse("ftp://example.com/"));
    EXPECT_FALSE(Url::parse("http:///path"));
    EXPECT_FALSE(Url::parse("example.com"));
}

}  // namespace
}  // namespace skep
