// The keys of the store: data, kv, store, migrations, idempotency, route_options.
#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "manifest/manifest.hpp"

namespace skep::manifest {
namespace {

using model::BatchMode;
using model::TransactionMode;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

constexpr std::string_view kOrders = "[services.orders]\nmodule = '/dev/null'\n";

LoadResult parse_orders(std::string_view text, Layers layers = {}) {
    layers.files = FileChecks::may_be_missing;
    return parse(std::string(kOrders) + std::string(text), "/app/skep.toml", layers);
}

Loaded loaded(std::string_view text, const Layers& layers = {}) {
    LoadResult result = parse_orders(text, layers);
    if (!result)
        ADD_FAILURE() << result.error().front().error.to_string();
    return result ? std::move(*result) : Loaded{};
}

model::Service orders(std::string_view text, const Layers& layers = {}) {
    return loaded(text, layers).application.services.at(0);
}

Fault fault(std::string_view text, const Layers& layers = {}) {
    LoadResult result = parse_orders(text, layers);
    EXPECT_FALSE(result) << "the manifest is accepted";
    return result ? Fault{internal("none")} : std::move(result.error().front());
}

std::string value_of(const Loaded& loaded, std::string_view key) {
    const auto found = std::ranges::find(loaded.origins, key, &Origin::key);
    return found == loaded.origins.end() ? "" : found->value + " by " + found->layer;
}

TEST(StoreKeys, a_service_has_no_store_unless_it_says_so) {
    EXPECT_FALSE(orders("").has_store());
    EXPECT_TRUE(orders("data = true").has_store());
    EXPECT_TRUE(orders("kv = true").has_store());
    EXPECT_FALSE(orders("data = false").has_store());
}

TEST(StoreKeys, a_table_in_the_place_of_true_means_true) {
    const model::Service service =
        orders("data = { ddl = true, quota = '1GiB', result = '1MiB', turn_queue = 7, transaction_timeout = '50ms' }");

    const model::Database expected{true, true, 1ULL << 30, 1ULL << 20, 7, milliseconds(50)};
    EXPECT_EQ(service.data, expected);
}

TEST(StoreKeys, data_alone_has_the_defaults) {
    const model::Database expected{true, false, 10ULL << 30, 4ULL << 20, 1024, milliseconds(100)};

    EXPECT_EQ(orders("data = true").data, expected);
    EXPECT_EQ(orders("[services.orders.data]").data, expected);
}

TEST(StoreKeys, an_unknown_key_of_data_is_shown_with_the_nearest) {
    const Fault found = fault("data = { qouta = '1GiB' }");

    EXPECT_EQ(found.error.name(), "manifest_unknown_key");
    EXPECT_THAT(found.error.message(), EndsWith("services.orders.data has no key 'qouta'; did you mean 'quota'?"));
    EXPECT_EQ(found.error.detail(), "3 | data = { qouta = '1GiB' }\n  |          ^^^^^");
}

TEST(StoreKeys, a_key_of_data_in_the_environment_turns_data_on) {
    Layers layers;
    layers.environment = {{"SKEP_SERVICES__ORDERS__DATA__QUOTA", "3MiB"}};

    EXPECT_TRUE(orders("", layers).data.enabled);
    EXPECT_FALSE(orders("data = false", layers).data.enabled);
    EXPECT_EQ(orders("data = true", layers).data.quota_bytes, 3ULL << 20);
}

TEST(StoreKeys, config_explains_them) {
    const Loaded found = loaded("data.quota = '1GiB'\nroute_options = [{ match = 'POST /x', stream = true }]");

    EXPECT_EQ(value_of(found, "services.orders.data"), "true by skep.toml:3:1");
    EXPECT_EQ(value_of(found, "services.orders.data.quota"), "1GiB by skep.toml:3:6");
    EXPECT_EQ(value_of(found, "services.orders.data.transaction_timeout"), "100ms by default");
    EXPECT_THAT(value_of(found, "services.orders.route_options"), HasSubstr("POST /x"));
}

TEST(StoreKeys, a_store_in_postgresql_is_refused_by_name) {
    const Fault found = fault("data = true\nstore = 'postgres://db/shop'");

    EXPECT_EQ(found.error.name(), "manifest_not_available");
    EXPECT_THAT(found.error.message(), HasSubstr("PostgreSQL"));
    EXPECT_EQ(found.line, 4);
    EXPECT_EQ(fault("data = true\nstore = 'sqlit'").error.message(),
              "skep.toml:4:9: 'sqlit' is not allowed: choose sqlite; did you mean sqlite?");
}

TEST(StoreKeys, migrations_stand_beside_the_module_where_nothing_is_said) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "skep-store-keys";
    std::filesystem::create_directories(folder / "migrations");
    Layers layers;
    layers.flags = {{"services.orders.module", (folder / "orders.wasm").string()}};

    EXPECT_EQ(orders("data = true", layers).migrations, folder / "migrations");
    EXPECT_EQ(orders("data = true\nmigrations = 'sql'", layers).migrations, "/app/sql");
    EXPECT_EQ(orders("kv = true", layers).migrations, "");
    EXPECT_EQ(orders("data = true").migrations, "");
}

TEST(StoreKeys, migrations_need_a_database_and_a_folder) {
    EXPECT_THAT(fault("migrations = 'sql'").error.message(), HasSubstr("add data = true"));
    const LoadResult missing = parse(std::string(kOrders) + "data = true\nmigrations = 'sql'", "/app/skep.toml", {});
    ASSERT_FALSE(missing);
    EXPECT_THAT(missing.error().back().error.message(), EndsWith("there is no folder /app/sql"));
}

TEST(StoreKeys, a_process_at_a_url_has_no_store) {
    const LoadResult result = parse("[services.a]\nurl = 'http://a:1'\ndata = true", "/app/skep.toml", {});

    ASSERT_FALSE(result);
    EXPECT_THAT(result.error().front().error.message(), HasSubstr("service a runs at a URL"));
}

TEST(StoreKeys, a_profile_may_put_a_process_in_the_place_of_a_module_with_a_store) {
    Layers layers;
    layers.profile = "staging";

    EXPECT_FALSE(
        orders("data = true\n[profiles.staging.services.orders]\nurl = 'http://orders:1'", layers).has_store());
}

TEST(StoreKeys, reads_the_options_of_routes) {
    const model::Service service = orders(R"(data = true
idempotency = { retention = "2h", required = true }
[[services.orders.route_options]]
match = "POST /orders/search"
transaction = "late"
batch = "alone"
stream = true
timeout = "2s"
transaction_timeout = "50ms"
idempotency = { retention = "1h", required = false }
[[services.orders.route_options]]
match = "/orders/:id"
transaction = "turn")");

    EXPECT_EQ(service.idempotency, (model::Idempotency{hours(2), true}));
    ASSERT_EQ(service.route_options.size(), 2U);
    const model::RouteOptions& search = service.route_options.at(0);
    EXPECT_THAT(search.match.methods, ElementsAre("POST"));
    EXPECT_EQ(search.match.path, "/orders/search");
    EXPECT_EQ(search.transaction, TransactionMode::late);
    EXPECT_EQ(search.batch, BatchMode::alone);
    EXPECT_TRUE(search.stream);
    EXPECT_EQ(search.timeout, seconds(2));
    EXPECT_EQ(search.transaction_timeout, milliseconds(50));
    EXPECT_EQ(search.key_retention, hours(1));
    EXPECT_EQ(search.key_required, false);
    EXPECT_EQ(service.route_options.at(1).transaction, TransactionMode::turn);
    EXPECT_EQ(service.route_options.at(1).key_required, std::nullopt);
}

TEST(StoreKeys, a_fault_in_the_options_of_a_route_points_at_its_place) {
    const Fault unknown = fault("data = true\nroute_options = [{ match = '/x', trasaction = 'late' }]");
    EXPECT_EQ(unknown.error.message(),
              "skep.toml:4:34: route_options has no key 'trasaction'; did you mean 'transaction'?");
    const Fault nested = fault("data = true\nroute_options = [{ match = '/x', idempotency = { retain = '1h' } }]");
    EXPECT_THAT(nested.error.message(), EndsWith("route_options.idempotency has no key 'retain'; it has retention, "
                                                 "required"));
    EXPECT_EQ(nested.column, 50);
    const Fault value = fault("data = true\nroute_options = [{ match = '/x', transaction = 'lat' }]");
    EXPECT_EQ(value.error.message(), "skep.toml:4:48: 'lat' is not allowed: choose late or turn; did you mean late?");
    EXPECT_THAT(fault("data = true\nroute_options = [{ match = '/x', timeout = 5 }]").error.message(),
                EndsWith("route_options.timeout takes a duration such as \"2s\", not an integer"));
}

TEST(StoreKeys, an_entry_of_route_options_has_a_match) {
    EXPECT_EQ(fault("data = true\nroute_options = [{ stream = true }]").error.name(), "manifest_missing_key");
    EXPECT_THAT(fault("data = true\nroute_options = [{ match = 'POST orders' }]").error.message(),
                HasSubstr("does not start with '/'"));
    EXPECT_EQ(fault("data = true\nroute_options = ['POST /orders']").error.name(), "manifest_wrong_type");
}

TEST(StoreKeys, one_match_stands_once) {
    EXPECT_THAT(
        fault("data = true\nroute_options = [{ match = 'PUT /x/:a' }, { match = 'PUT /x/:b' }]").error.message(),
        EndsWith("'PUT /x/:b' stands twice in the route_options of service orders"));
}

TEST(StoreKeys, options_of_the_store_need_a_store) {
    EXPECT_THAT(fault("idempotency.required = true").error.message(), HasSubstr("has no store to keep keys"));
    EXPECT_THAT(fault("route_options = [{ match = '/x', batch = 'alone' }]").error.message(), HasSubstr("no store to"));
    EXPECT_TRUE(parse_orders("route_options = [{ match = '/x', timeout = '1s' }]"));
}

}  // namespace
}  // namespace skep::manifest
