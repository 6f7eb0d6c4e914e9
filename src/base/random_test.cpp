#include "base/random.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(SeededRandom, repeats_for_the_same_seed) {
    const auto first = make_seeded_random(7);
    const auto second = make_seeded_random(7);

    EXPECT_EQ(first->next(), second->next());
    EXPECT_EQ(first->next(), second->next());
}

TEST(SeededRandom, differs_for_another_seed) {
    EXPECT_NE(make_seeded_random(7)->next(), make_seeded_random(8)->next());
}

}  // namespace
}  // namespace skep
