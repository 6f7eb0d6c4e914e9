#include "base/random.hpp"

#include <algorithm>
#include <array>
#include <set>

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

TEST(SystemRandom, gives_no_secure_bytes_twice) {
    const auto random = make_system_random();
    std::array<std::array<std::uint8_t, 16>, 100> given{};

    std::ranges::for_each(given, [&](auto& bytes) { random->fill_secure(bytes); });

    EXPECT_EQ(std::set(given.begin(), given.end()).size(), 100);
}

TEST(SystemRandom, fills_more_than_it_holds_ahead) {
    std::array<std::uint8_t, 4096> bytes{};

    make_system_random()->fill_secure(bytes);

    EXPECT_LT(std::ranges::count(bytes, 0), 200);
}

}  // namespace
}  // namespace skep
