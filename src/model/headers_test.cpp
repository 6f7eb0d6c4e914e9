#include "model/headers.hpp"

#include <gtest/gtest.h>

namespace skep::model {
namespace {

TEST(Headers, keeps_order_and_lowers_names) {
    Headers headers;
    headers.add("X-First", "1");
    headers.add("Content-Type", "text/plain");

    EXPECT_EQ(headers[0].name, "x-first");
    EXPECT_EQ(headers[1].value, "text/plain");
}

TEST(Headers, counts_and_finds_the_first_of_a_name) {
    Headers headers;
    headers.add("a", "1");
    headers.add("a", "2");

    EXPECT_EQ(headers.count("a"), 2U);
    EXPECT_EQ(headers.get("a"), "1");
    EXPECT_EQ(headers.get("b"), "");
}

TEST(Headers, set_replaces_every_field_of_the_name) {
    Headers headers;
    headers.add("a", "1");
    headers.add("b", "2");
    headers.add("a", "3");

    headers.set("a", "4");

    EXPECT_EQ(headers.size(), 2U);
    EXPECT_EQ(headers.get("a"), "4");
}

}  // namespace
}  // namespace skep::model
