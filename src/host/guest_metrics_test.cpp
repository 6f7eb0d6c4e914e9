#include "host/guest_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Key;

class GuestMetricsTest : public testing::Test {
protected:
    std::shared_ptr<MetricNames> names_ = std::make_shared<MetricNames>();
    GuestMetrics metrics_{names_};
    GuestMetrics others_{names_};
};

std::string_view name_of(const Result<>& result) {
    return result ? "accepted" : result.error().name();
}

TEST_F(GuestMetricsTest, a_counter_is_shown_with_total) {
    ASSERT_TRUE(metrics_.add("sold", 1));
    ASSERT_TRUE(metrics_.add("sold_total", 2));

    ASSERT_THAT(metrics_.snapshot(), ElementsAre(Key("sold_total")));
    EXPECT_EQ(metrics_.snapshot().at("sold_total").value, 3);
}

TEST_F(GuestMetricsTest, a_gauge_or_histogram_is_not_named_as_a_series_of_another_kind) {
    EXPECT_THAT(metrics_.set("x_total", 1).error().message(), HasSubstr("'x_total' ends in '_total'"));
    EXPECT_EQ(name_of(metrics_.set("x_bucket", 1)), "invalid_argument");
    EXPECT_EQ(name_of(metrics_.set("x_sum", 1)), "invalid_argument");
    EXPECT_EQ(name_of(metrics_.record("x_count", 1)), "invalid_argument");
    EXPECT_EQ(name_of(metrics_.record("x_info", 1)), "invalid_argument");
    EXPECT_TRUE(metrics_.snapshot().empty());
}

TEST_F(GuestMetricsTest, a_name_stands_for_one_kind_in_all_services) {
    ASSERT_TRUE(metrics_.add("both_total", 1));

    EXPECT_EQ(name_of(metrics_.set("both", 1)), "metric_kind_differs");
    EXPECT_EQ(name_of(others_.set("both", 1)), "metric_kind_differs");
    EXPECT_EQ(name_of(others_.record("both", 1)), "metric_kind_differs");
    EXPECT_EQ(name_of(others_.add("both", 1)), "accepted");
}

TEST_F(GuestMetricsTest, a_name_is_free_once_no_service_uses_it) {
    auto first = std::make_unique<GuestMetrics>(names_);
    auto second = std::make_unique<GuestMetrics>(names_);
    ASSERT_TRUE(first->add("jobs", 1));
    ASSERT_TRUE(second->add("jobs", 1));

    first.reset();
    EXPECT_EQ(name_of(metrics_.set("jobs", 1)), "metric_kind_differs");
    second.reset();
    EXPECT_EQ(name_of(metrics_.set("jobs", 1)), "accepted");
}

TEST_F(GuestMetricsTest, a_name_of_the_platform_is_refused) {
    EXPECT_EQ(name_of(metrics_.set("slots", 1)), "metric_name_reserved");
    EXPECT_EQ(name_of(metrics_.set("slots_used", 1)), "metric_name_reserved");
    EXPECT_EQ(name_of(metrics_.add("slots_total", 1)), "metric_name_reserved");
}

TEST_F(GuestMetricsTest, a_refused_series_takes_no_place) {
    for (int i = 0; i < 200; ++i)
        EXPECT_FALSE(metrics_.set("slots", i));

    EXPECT_TRUE(metrics_.set("stock", 1));
}

}  // namespace
}  // namespace skep::host
