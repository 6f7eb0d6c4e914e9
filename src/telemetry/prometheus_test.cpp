#include "telemetry/prometheus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::telemetry {
namespace {

using testing::HasSubstr;

TEST(PrometheusWriter, escapes_label_values) {
    PrometheusWriter out;
    out.sample("a", {{"x", "q\"b\\s\nn"}}, 1);

    EXPECT_EQ(out.take(), "a{x=\"q\\\"b\\\\s\\nn\"} 1\n");
}

TEST(PrometheusWriter, a_histogram_is_cumulative_and_ends_at_infinity) {
    Histogram histogram;
    histogram.record(std::chrono::milliseconds(1));
    histogram.record(std::chrono::hours(1));
    PrometheusWriter out;
    out.histogram("d", {}, histogram);
    const std::string text = out.take();

    EXPECT_THAT(text, HasSubstr("d_bucket{le=\"0.001048576\"} 1\n"));
    EXPECT_THAT(text, HasSubstr("d_bucket{le=\"+Inf\"} 2\n"));
    EXPECT_THAT(text, HasSubstr("d_count 2\n"));
}

TEST(PrometheusText, has_every_family_once) {
    ServiceReport users{.name = "users", .state = "running", .stats = std::make_shared<mesh::ServiceStats>()};
    ServiceReport orders{.name = "orders", .state = "failed", .stats = std::make_shared<mesh::ServiceStats>()};
    users.own_series.push_back({"sold", "counter", 3, 0});
    orders.own_series.push_back({"sold", "counter", 4, 0});

    const std::string text = prometheus_text(ProcessReport{.version = "1"}, {users, orders});

    EXPECT_EQ(text.find("# TYPE skep_service_requests_total counter"),
              text.rfind("# TYPE skep_service_requests_total counter"));
    EXPECT_THAT(text, HasSubstr("skep_guest_sold{service=\"orders\"} 4\n"));
    EXPECT_THAT(text, HasSubstr("skep_service_up{service=\"orders\"} 0\n"));
}

TEST(PrometheusText, shows_the_stores_of_those_that_have_one) {
    ServiceReport users{.name = "users", .state = "running", .stats = std::make_shared<mesh::ServiceStats>()};
    ServiceReport orders{.name = "orders", .state = "running", .stats = std::make_shared<mesh::ServiceStats>()};
    orders.store = StoreReport{.state = "open", .bytes = 4096, .turns = 7, .turn_wait_seconds = 0.5};

    const std::string text = prometheus_text(ProcessReport{.version = "1"}, {users, orders});

    EXPECT_THAT(text, HasSubstr("# TYPE skep_store_turns_total counter\nskep_store_turns_total{service=\"orders\"} 7\n"
                                "# HELP"));
    EXPECT_THAT(text, HasSubstr("skep_store_turn_wait_seconds_total{service=\"orders\"} 0.5\n"));
    EXPECT_THAT(text, HasSubstr("skep_store_up{service=\"orders\"} 1\n"));
    EXPECT_THAT(text, testing::Not(HasSubstr("skep_store_bytes{service=\"users\"}")));
}

TEST(PrometheusText, says_nothing_of_stores_where_there_are_none) {
    ServiceReport users{.name = "users", .state = "running", .stats = std::make_shared<mesh::ServiceStats>()};

    EXPECT_THAT(prometheus_text(users), testing::Not(HasSubstr("skep_store")));
}

TEST(ServiceReport, a_failed_store_is_not_healthy) {
    ServiceReport orders{.name = "orders", .state = "running"};
    EXPECT_TRUE(orders.is_healthy());

    orders.store = StoreReport{.state = "failed", .error = "store_failed: no"};
    EXPECT_FALSE(orders.is_healthy());
}

}  // namespace
}  // namespace skep::telemetry
