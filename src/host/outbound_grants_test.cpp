#include "host/outbound_grants.hpp"

#include <gmock/gmock.h>

namespace skep::host {
namespace {

using testing::HasSubstr;

const std::vector<model::OutboundGrant> kGrants{{.scheme = "http", .host = "api.example", .port = 80},
                                                {.scheme = "http", .host = "*.example.org", .port = 8080}};

TEST(OutboundGrants, allow_the_host_and_port_they_name) {
    EXPECT_TRUE(find_grant(kGrants, "http", "API.example"));
    EXPECT_TRUE(find_grant(kGrants, "http", "a.b.example.org:8080"));
}

TEST(OutboundGrants, refuse_another_host_or_port_and_name_the_line_to_add) {
    const auto other_port = find_grant(kGrants, "http", "api.example:81");

    EXPECT_FALSE(find_grant(kGrants, "http", "example.org:8080"));
    ASSERT_FALSE(other_port);
    EXPECT_EQ(other_port.error().name(), "outbound_not_granted");
    EXPECT_THAT(other_port.error().message(), HasSubstr("outbound = [\"http://api.example:81\"]"));
}

TEST(OutboundGrants, for_all_allow_every_host_and_port) {
    const std::vector<model::OutboundGrant> all{{.scheme = "http", .is_for_all = true}};

    EXPECT_TRUE(find_grant(all, "http", "127.0.0.1:5000"));
}

TEST(OutboundGrants, are_for_their_scheme) {
    EXPECT_EQ(find_grant(kGrants, "ftp", "api.example").error().name(), "outbound_not_granted");
}

class InvalidAuthority : public testing::TestWithParam<const char*> {};
TEST_P(InvalidAuthority, is_refused_by_name) {
    EXPECT_EQ(find_grant(kGrants, "http", GetParam()).error().name(), "authority_invalid");
}
INSTANTIATE_TEST_SUITE_P(, InvalidAuthority,
                         testing::Values("", ":80", "api.example:", "api.example:web", "api.example:0",
                                         "api.example:65536", "user@api.example"));

TEST(OutboundGrants, know_no_tls) {
    const auto found = find_grant(kGrants, "https", "api.example");

    ASSERT_FALSE(found);
    EXPECT_EQ(found.error().name(), "tls_not_available");
}

}  // namespace
}  // namespace skep::host
