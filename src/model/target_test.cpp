#include "model/target.hpp"

#include <gmock/gmock.h>

namespace skep::model {
namespace {

using testing::HasSubstr;
using testing::Optional;

TEST(Target, what_browsers_send_is_taken) {
    EXPECT_EQ(broken_rule_of_target("/"), std::nullopt);
    EXPECT_EQ(broken_rule_of_target("/a%20b;p=1//c/?x=%2e%2e/&y=a+b"), std::nullopt);
    EXPECT_EQ(broken_rule_of_target("/a[1]{b}|^c"), std::nullopt);
    EXPECT_EQ(broken_rule_of_target("/a?{b}|^`\\%zz"), std::nullopt);
}

TEST(Target, what_no_browser_sends_is_refused) {
    EXPECT_THAT(broken_rule_of_target("/a\"b"), Optional(HasSubstr("path has a character")));
    EXPECT_THAT(broken_rule_of_target("/a<b"), Optional(HasSubstr("path has a character")));
    EXPECT_THAT(broken_rule_of_target("/a>b"), Optional(HasSubstr("path has a character")));
    EXPECT_THAT(broken_rule_of_target("/a`b"), Optional(HasSubstr("path has a character")));
    EXPECT_THAT(broken_rule_of_target("/a?\"b"), Optional(HasSubstr("query has a character")));
    EXPECT_THAT(broken_rule_of_target("/a?<b"), Optional(HasSubstr("query has a character")));
    EXPECT_THAT(broken_rule_of_target("/a?b>"), Optional(HasSubstr("query has a character")));
}

TEST(Target, what_would_split_a_request_line_is_refused) {
    EXPECT_THAT(broken_rule_of_target("/a b"), Optional(HasSubstr("path has a character")));
    EXPECT_THAT(broken_rule_of_target("/a\r\nb"), Optional(HasSubstr("path has a character")));
    EXPECT_THAT(broken_rule_of_target("/a?b\tc"), Optional(HasSubstr("query has a character")));
    EXPECT_THAT(broken_rule_of_target("/a#b"), Optional(HasSubstr("path has a character")));
    EXPECT_THAT(broken_rule_of_target("/caf\xC3\xA9"), Optional(HasSubstr("path has a character")));
}

TEST(Target, what_is_no_path_is_refused) {
    EXPECT_THAT(broken_rule_of_target(""), Optional(HasSubstr("begin with '/'")));
    EXPECT_THAT(broken_rule_of_target("*"), Optional(HasSubstr("begin with '/'")));
    EXPECT_THAT(broken_rule_of_target("a/b"), Optional(HasSubstr("begin with '/'")));
}

TEST(Target, what_services_could_read_in_two_ways_is_refused) {
    EXPECT_THAT(broken_rule_of_target("/a/../b"), Optional(HasSubstr("dot segment")));
    EXPECT_THAT(broken_rule_of_target("/%2e%2e/a"), Optional(HasSubstr("dot segment")));
    EXPECT_THAT(broken_rule_of_target("/a%00"), Optional(HasSubstr("percent-encoding")));
    EXPECT_THAT(broken_rule_of_target("/a%zz"), Optional(HasSubstr("percent-encoding")));
}

}  // namespace
}  // namespace skep::model
