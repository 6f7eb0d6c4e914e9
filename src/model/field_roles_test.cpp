#include "model/field_roles.hpp"

#include <gtest/gtest.h>

namespace skep::model {
namespace {

TEST(FieldRoles, what_only_skep_says_is_reserved) {
    EXPECT_TRUE(is_reserved_field("x-skep-deadline-ms"));
    EXPECT_TRUE(is_reserved_field("forwarded"));
    EXPECT_TRUE(is_reserved_field("x-forwarded-host"));
    EXPECT_TRUE(is_reserved_field("x-real-ip"));
    EXPECT_FALSE(is_reserved_field("x-skeptic"));
    EXPECT_FALSE(is_reserved_field("accept"));
}

TEST(FieldRoles, what_frames_or_routes_a_message_is_no_trailer) {
    EXPECT_FALSE(may_be_trailer("transfer-encoding"));
    EXPECT_FALSE(may_be_trailer("connection"));
    EXPECT_FALSE(may_be_trailer("host"));
    EXPECT_FALSE(may_be_trailer("max-forwards"));
}

TEST(FieldRoles, what_authenticates_is_no_trailer) {
    EXPECT_FALSE(may_be_trailer("authorization"));
    EXPECT_FALSE(may_be_trailer("proxy-authorization"));
    EXPECT_FALSE(may_be_trailer("www-authenticate"));
    EXPECT_FALSE(may_be_trailer("cookie"));
    EXPECT_FALSE(may_be_trailer("set-cookie"));
}

TEST(FieldRoles, what_modifies_a_request_or_controls_a_reply_is_no_trailer) {
    EXPECT_FALSE(may_be_trailer("if-none-match"));
    EXPECT_FALSE(may_be_trailer("range"));
    EXPECT_FALSE(may_be_trailer("idempotency-key"));
    EXPECT_FALSE(may_be_trailer("cache-control"));
    EXPECT_FALSE(may_be_trailer("location"));
}

TEST(FieldRoles, what_describes_the_content_is_no_trailer_but_for_its_digest) {
    EXPECT_FALSE(may_be_trailer("content-type"));
    EXPECT_FALSE(may_be_trailer("content-encoding"));
    EXPECT_TRUE(may_be_trailer("content-digest"));
}

TEST(FieldRoles, what_skep_says_is_no_trailer) {
    EXPECT_FALSE(may_be_trailer("x-skep-depth"));
    EXPECT_FALSE(may_be_trailer("x-trace-id"));
    EXPECT_FALSE(may_be_trailer("traceparent"));
    EXPECT_FALSE(may_be_trailer("x-forwarded-for"));
}

TEST(FieldRoles, what_is_known_only_after_the_body_is_a_trailer) {
    Headers trailers;
    trailers.add("grpc-status", "0");
    trailers.add("authorization", "Bearer x");
    trailers.add("server-timing", "db;dur=5");

    remove_forbidden_trailers(trailers);

    ASSERT_EQ(trailers.size(), 2U);
    EXPECT_EQ(trailers.get("grpc-status"), "0");
    EXPECT_EQ(trailers.get("server-timing"), "db;dur=5");
}

}  // namespace
}  // namespace skep::model
