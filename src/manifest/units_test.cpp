#include "manifest/units.hpp"

#include <gtest/gtest.h>

namespace skep::manifest {
namespace {

using std::chrono::milliseconds;

TEST(Duration, takes_digits_and_a_unit) {
    EXPECT_EQ(parse_duration("100ms").value(), milliseconds(100));
    EXPECT_EQ(parse_duration("2s").value(), milliseconds(2'000));
    EXPECT_EQ(parse_duration("1d").value(), milliseconds(86'400'000));
}

TEST(Duration, refuses_everything_else) {
    EXPECT_FALSE(parse_duration(""));
    EXPECT_FALSE(parse_duration("2"));
    EXPECT_FALSE(parse_duration("2 s"));
    EXPECT_FALSE(parse_duration("-2s"));
    EXPECT_FALSE(parse_duration("1.5s"));
    EXPECT_FALSE(parse_duration("1s2"));
    EXPECT_FALSE(parse_duration("99999999999999999d"));
}

TEST(Duration, is_shown_in_its_largest_unit) {
    EXPECT_EQ(show_duration(milliseconds(3'600'000)), "1h");
    EXPECT_EQ(show_duration(milliseconds(1'500)), "1500ms");
    EXPECT_EQ(show_duration(milliseconds(0)), "0ms");
}

TEST(Size, tells_1024_from_1000) {
    EXPECT_EQ(parse_size("64MiB").value(), 67'108'864U);
    EXPECT_EQ(parse_size("1GB").value(), 1'000'000'000U);
    EXPECT_EQ(parse_size("0B").value(), 0U);
}

TEST(Size, refuses_everything_else) {
    EXPECT_FALSE(parse_size("64"));
    EXPECT_FALSE(parse_size("64mib"));
    EXPECT_FALSE(parse_size("64 MiB"));
    EXPECT_FALSE(parse_size("99999999999GiB"));
}

TEST(Size, is_shown_in_its_largest_unit) {
    EXPECT_EQ(show_size(10ULL << 20), "10MiB");
    EXPECT_EQ(show_size(1'000), "1KB");
    EXPECT_EQ(show_size(1'023), "1023B");
}

}  // namespace
}  // namespace skep::manifest
