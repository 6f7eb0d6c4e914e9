#include "store/detail/key_filter.hpp"

#include <random>

#include <gtest/gtest.h>

namespace skep::store {
namespace {

class KeyFilterTest : public testing::Test {
protected:
    static constexpr std::uint64_t kSeed = 20261122;

    KeyFilterTest() { RecordProperty("seed", std::to_string(kSeed)); }

    std::vector<std::uint64_t> add_some(std::size_t count) {
        std::vector<std::uint64_t> keys(count);
        for (std::uint64_t& key : keys)
            filter.add(key = random());
        return keys;
    }

    // Of keys that were never added, the share that may be there.
    double mistaken() {
        constexpr int kTries = 20'000;
        int taken = 0;
        for (int i = 0; i < kTries; ++i)
            taken += static_cast<int>(filter.may_have(random()));
        return taken / static_cast<double>(kTries);
    }

    KeyFilter filter;
    std::mt19937_64 random{kSeed};
};

TEST_F(KeyFilterTest, an_empty_one_has_nothing_and_takes_no_memory) {
    EXPECT_FALSE(filter.may_have(0));
    EXPECT_EQ(filter.bytes(), 0U);
}

TEST_F(KeyFilterTest, whatever_was_added_may_be_there) {
    for (const std::uint64_t key : add_some(200'000))
        ASSERT_TRUE(filter.may_have(key)) << key;
}

TEST_F(KeyFilterTest, hardly_any_other_key_may_be_there) {
    add_some(700'000);

    EXPECT_LT(mistaken(), 0.02);
    EXPECT_LE(filter.bytes(), 2U << 20);
}

TEST_F(KeyFilterTest, few_keys_take_little_memory) {
    add_some(1'500);

    EXPECT_LE(filter.bytes(), 4'096U);
}

TEST_F(KeyFilterTest, memory_is_bounded_and_what_was_added_stays) {
    const auto first = add_some(1'000);
    add_some(3'000'000);

    EXPECT_LE(filter.bytes(), 2U << 20);
    for (const std::uint64_t key : first)
        ASSERT_TRUE(filter.may_have(key));
    EXPECT_LT(mistaken(), 0.8);
}

TEST_F(KeyFilterTest, a_cleared_one_has_nothing) {
    const auto keys = add_some(10);

    filter.clear();

    EXPECT_FALSE(filter.may_have(keys.front()));
}

}  // namespace
}  // namespace skep::store
