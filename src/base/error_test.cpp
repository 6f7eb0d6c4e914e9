#include <set>

#include <gtest/gtest.h>

#include "base/result.hpp"

namespace skep {
namespace {

Result<int> half_of(int number) {
    if (number % 2 != 0)
        return fail("invalid_argument", "cannot halve {}", number);
    return number / 2;
}

Result<int> quarter_of(int number) {
    TRY(const int half, half_of(number));
    return half_of(half);
}

TEST(Result, try_passes_the_value_on) {
    EXPECT_EQ(quarter_of(8).value(), 2);
}

TEST(Result, try_returns_the_first_error) {
    const Result<int> quarter = quarter_of(7);

    ASSERT_FALSE(quarter);
    EXPECT_EQ(quarter.error().to_string(), "invalid_argument: cannot halve 7");
}

TEST(Error, takes_its_status_from_the_reason_before_the_code) {
    EXPECT_EQ(error("body_too_large", "x").http_status(), 413);
    EXPECT_EQ(error("guest_timeout", "x").http_status(), 504);
}

TEST(Error, takes_its_exit_code_from_the_code) {
    EXPECT_EQ(error("port_in_use", "x").exit_code(), 4);
    EXPECT_EQ(error("manifest_syntax", "x").exit_code(), 7);
}

TEST(Error, puts_context_before_its_message) {
    EXPECT_EQ(not_found("no file").within("service users").message(), "service users: no file");
}

TEST(Reason, an_unknown_name_is_internal) {
    EXPECT_EQ(reason_named("no_such_reason").name, "internal");
    EXPECT_EQ(find_reason("no_such_reason"), nullptr);
}

TEST(Reason, names_are_unique) {
    std::multiset<std::string_view> names;
    for (const Reason& reason : all_reasons())
        names.insert(reason.name);

    EXPECT_EQ(names.size(), std::set<std::string_view>(names.begin(), names.end()).size());
}

}  // namespace
}  // namespace skep
