#include "skep/result.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(Result, holds_a_value) {
    const Result<int> result = 7;

    EXPECT_TRUE(result);
    EXPECT_EQ(*result, 7);
}

TEST(Result, holds_an_error) {
    const Result<int> result = Error{"not_found", "no such thing"};

    EXPECT_FALSE(result);
    EXPECT_EQ(result.error().code, "not_found");
    EXPECT_EQ(result.value_or(3), 3);
}

TEST(ResultDeathTest, value_of_an_error_ends_the_program) {
    const Result<int> result = Error{"not_found", "no such thing"};

    EXPECT_DEATH((void)result.value(), "");
}

}  // namespace
}  // namespace skep
