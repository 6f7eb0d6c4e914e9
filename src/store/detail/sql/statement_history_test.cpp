#include "store/detail/sql/statement_history.hpp"

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

TEST(TextHistory, a_long_run_costs_the_proof_and_more_short_ones_earn_it_back) {
    TextHistory text;
    ran(text, 1, 8, 10us);

    text.ran(1, 2ms);

    EXPECT_FALSE(text.is_proven(1));
    ran(text, 1, 999, 10us);
    EXPECT_FALSE(text.is_proven(1));
    text.ran(1, 10us);
    EXPECT_TRUE(text.is_proven(1));
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
