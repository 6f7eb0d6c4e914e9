#include "model/route_options.hpp"

#include <gtest/gtest.h>

namespace skep::model {
namespace {

using std::chrono::milliseconds;

RouteOptions options_for(std::string path, std::vector<std::string> methods = {}) {
    RouteOptions options;
    options.match = {std::move(path), std::move(methods), {}};
    return options;
}

TEST(RouteOptionsTable, a_service_without_any_has_its_own_for_every_request) {
    Service service;
    service.data.transaction_timeout = milliseconds(40);
    service.idempotency = {milliseconds(5'000), true};

    const auto table = RouteOptionsTable::make(service).value();

    EXPECT_EQ(table.find("POST", "/x").transaction_timeout, milliseconds(40));
    EXPECT_EQ(table.find("POST", "/x").idempotency, service.idempotency);
    EXPECT_FALSE(table.find("POST", "/x").transaction);
}

TEST(RouteOptionsTable, a_route_hides_what_the_service_says) {
    Service service;
    RouteOptions search = options_for("/orders/search", {"POST"});
    search.transaction = TransactionMode::late;
    search.batch = BatchMode::alone;
    search.stream = true;
    search.timeout = milliseconds(2'000);
    search.transaction_timeout = milliseconds(50);
    search.key_retention = milliseconds(1'000);
    search.key_required = true;
    service.route_options = {search};

    const auto table = RouteOptionsTable::make(service).value();

    const RequestOptions expected{TransactionMode::late, BatchMode::alone, true,
                                  milliseconds(2'000),   milliseconds(50), {milliseconds(1'000), true}};
    EXPECT_EQ(table.find("POST", "/orders/search"), expected);
}

TEST(RouteOptionsTable, another_method_or_path_is_as_for_all_of_the_service) {
    Service service;
    service.route_options = {options_for("/orders/search", {"POST"})};
    service.route_options[0].stream = true;

    const auto table = RouteOptionsTable::make(service).value();

    EXPECT_FALSE(table.find("PUT", "/orders/search").stream);
    EXPECT_FALSE(table.find("POST", "/orders").stream);
}

TEST(RouteOptionsTable, what_a_route_leaves_out_is_as_for_all_of_the_service) {
    Service service;
    service.idempotency.required = true;
    service.route_options = {options_for("/orders/*")};
    service.route_options[0].key_retention = milliseconds(7);

    const auto table = RouteOptionsTable::make(service).value();

    EXPECT_EQ(table.find("POST", "/orders/1").idempotency, (Idempotency{milliseconds(7), true}));
}

TEST(RouteOptionsTable, the_most_specific_match_holds_alone) {
    Service service;
    service.route_options = {options_for("/*"), options_for("/orders/:id", {"PUT"})};
    service.route_options[0].stream = true;
    service.route_options[1].batch = BatchMode::alone;

    const auto table = RouteOptionsTable::make(service).value();

    EXPECT_EQ(table.find("PUT", "/orders/7").batch, BatchMode::alone);
    EXPECT_FALSE(table.find("PUT", "/orders/7").stream);
    EXPECT_TRUE(table.find("POST", "/orders/7").stream);
}

TEST(RouteOptionsTable, one_match_cannot_stand_twice) {
    Service service;
    service.route_options = {options_for("/a/:id"), options_for("/a/:name")};

    EXPECT_EQ(RouteOptionsTable::make(service).error().code(), ErrorCode::already_exists);
}

TEST(TakesKey, only_methods_that_change_something) {
    EXPECT_TRUE(takes_key("PATCH"));
    EXPECT_TRUE(takes_key("DELETE"));
    EXPECT_FALSE(takes_key("GET"));
    EXPECT_FALSE(takes_key("OPTIONS"));
}

}  // namespace
}  // namespace skep::model
