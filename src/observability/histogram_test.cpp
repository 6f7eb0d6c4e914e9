#include "observability/histogram.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

using namespace std::chrono_literals;

TEST(Histogram, quantiles_lie_within_a_bucket_of_the_truth) {
    Histogram histogram;
    for (int i = 1; i <= 1000; ++i)
        histogram.record(i * 1ms);

    EXPECT_GE(histogram.quantile(0.5), 500ms);
    EXPECT_LE(histogram.quantile(0.5), 600ms);
    EXPECT_GE(histogram.quantile(0.99), 990ms);
    EXPECT_LE(histogram.quantile(0.99), 1180ms);
    EXPECT_EQ(histogram.count(), 1000U);
    EXPECT_DOUBLE_EQ(histogram.sum_seconds(), 500.5);
}

TEST(Histogram, a_bound_belongs_to_its_bucket) {
    Histogram histogram;
    histogram.record(Histogram::upper_bound(7));
    histogram.record(Histogram::upper_bound(7) + 1ns);

    EXPECT_EQ(histogram.count_up_to(Histogram::upper_bound(6)), 0U);
    EXPECT_EQ(histogram.count_up_to(Histogram::upper_bound(7)), 1U);
    EXPECT_EQ(histogram.count_up_to(Histogram::upper_bound(8)), 2U);
}

TEST(Histogram, takes_the_shortest_and_the_longest) {
    Histogram histogram;
    histogram.record(0ns);
    histogram.record(48h);

    EXPECT_EQ(histogram.count(), 2U);
    EXPECT_EQ(histogram.count_up_to(Histogram::upper_bound(0)), 1U);
}

TEST(Histogram, an_empty_one_has_no_quantile) {
    EXPECT_EQ(Histogram().quantile(0.5), 0ns);
}

TEST(Histogram, merges_two_threads_counts) {
    Histogram first, second;
    first.record(1ms);
    second.record(2ms);

    first.merge(second);

    EXPECT_EQ(first.count(), 2U);
}

}  // namespace
}  // namespace skep
