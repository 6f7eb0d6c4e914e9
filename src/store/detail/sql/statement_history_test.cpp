#include "store/detail/sql/statement_history.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace skep::store {
namespace {

using namespace std::chrono_literals;

void ran(TextHistory& text, std::uint32_t schema, int times, Duration took) {
    for (int i = 0; i < times; ++i)
        text.ran(schema, took);
}

TEST(TextHistory, eight_short_runs_prove_a_text) {
    TextHistory text;
    ran(text, 1, 7, 1ms);
    EXPECT_FALSE(text.is_proven(1));

    text.ran(1, 1ms);

    EXPECT_TRUE(text.is_proven(1));
}

// How many short runs on a pool it takes until the text is proven again.
int runs_until_proven(TextHistory& text) {
    int runs = 0;
    for (; !text.is_proven(1); ++runs)
        text.ran(1, 10us);
    return runs;
}

TEST(TextHistory, a_long_run_costs_the_proof_and_twice_as_many_short_ones_earn_it_back) {
    TextHistory text;
    ran(text, 1, 8, 10us);

    text.ran(1, 2ms);

    EXPECT_EQ(runs_until_proven(text), 16);
}

TEST(TextHistory, one_that_is_often_slow_inline_stays_away_for_longer_each_time) {
    TextHistory text;
    ran(text, 1, 8, 10us);
    std::vector<int> away;

    for (int i = 0; i < 9; ++i) {
        text.was_slow_inline(1, 199);
        away.push_back(runs_until_proven(text));
    }

    EXPECT_EQ(away, (std::vector{16, 32, 64, 128, 256, 512, 1024, 1024, 1024}));
}

TEST(TextHistory, one_that_is_seldom_slow_inline_comes_back_soon) {
    TextHistory text;
    ran(text, 1, 8, 10us);
    for (int i = 0; i < 9; ++i)
        text.was_slow_inline(1, 0);

    text.was_slow_inline(1, 200);

    EXPECT_EQ(runs_until_proven(text), 8);
}

TEST(TextHistory, another_schema_forgets_runs_and_plan) {
    TextHistory text;
    ran(text, 1, 8, 10us);
    text.planned(1, PlanBound::bounded);

    EXPECT_FALSE(text.is_proven(2));
    EXPECT_EQ(text.plan(2), PlanBound::unknown);
    EXPECT_EQ(text.plan(1), PlanBound::bounded);
}

TEST(StatementHistory, the_same_text_has_one_history) {
    StatementHistory history;

    EXPECT_EQ(history.of("SELECT 1"), history.of("SELECT 1"));
    EXPECT_NE(history.of("SELECT 1"), history.of("SELECT 2"));
}

TEST(StatementHistory, the_text_asked_for_longest_ago_is_forgotten_first) {
    StatementHistory history(2);
    const auto first = history.of("1");
    const auto second = history.of("2");
    history.of("1");

    history.of("3");

    EXPECT_EQ(history.of("1"), first);
    EXPECT_NE(history.of("2"), second);
}

}  // namespace
}  // namespace skep::store
