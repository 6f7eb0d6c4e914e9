#include "manifest/nearest.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>

namespace skep::manifest {
namespace {

constexpr std::array<std::string_view, 3> kKnown{"routes", "module", "reuse"};

TEST(Nearest, finds_a_word_with_a_slip) {
    EXPECT_EQ(nearest("ruotes", kKnown), "routes");
    EXPECT_EQ(nearest("modul", kKnown), "module");
    EXPECT_EQ(nearest("re_use", kKnown), "reuse");
}

TEST(Nearest, says_nothing_where_all_are_far) {
    EXPECT_EQ(nearest("data", kKnown), "");
    EXPECT_EQ(nearest("", kKnown), "");
    EXPECT_EQ(nearest(std::string(1'000, 'r'), kKnown), "");
}

}  // namespace
}  // namespace skep::manifest
