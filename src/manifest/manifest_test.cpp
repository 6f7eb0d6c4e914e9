#include "manifest/manifest.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/files.hpp"

namespace skep::manifest {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

const std::filesystem::path kFile = "/app/skep.toml";
constexpr std::string_view kUsers = "[services.users]\nurl = 'http://127.0.0.1:9001'\nroutes = ['/users']\n";

Loaded parsed(std::string_view text, const Layers& layers = {}) {
    LoadResult result = parse(text, kFile, layers);
    if (!result)
        ADD_FAILURE() << result.error().front().error.to_string() << "\n" << result.error().front().error.detail();
    return result ? std::move(*result) : Loaded{};
}

std::vector<Fault> faults(std::string_view text, const Layers& layers = {}) {
    LoadResult result = parse(text, kFile, layers);
    EXPECT_FALSE(result) << "the manifest is accepted";
    return result ? std::vector<Fault>{} : std::move(result.error());
}

// The only fault of `text`.
Fault fault(std::string_view text, const Layers& layers = {}) {
    std::vector<Fault> found = faults(text, layers);
    EXPECT_EQ(found.size(), 1U);
    return found.empty() ? Fault{internal("none")} : std::move(found.front());
}

std::string with_users(std::string_view text) {
    return std::string(kUsers) + std::string(text);
}

Origin origin(const Loaded& loaded, std::string_view key) {
    const auto found = std::ranges::find(loaded.origins, key, &Origin::key);
    return found == loaded.origins.end() ? Origin{} : *found;
}

TEST(Manifest, one_service_with_one_route_is_complete) {
    const model::Application application = parsed(kUsers).application;

    EXPECT_EQ(application.name, "app");
    EXPECT_EQ(application.gateway.listen, "127.0.0.1:8080");
    ASSERT_EQ(application.services.size(), 1U);
    EXPECT_EQ(application.services[0].name.value(), "users");
    EXPECT_EQ(application.services[0].url, "http://127.0.0.1:9001");
    EXPECT_EQ(application.services[0].routes[0].path, "/users");
    EXPECT_EQ(application.services[0].limits.wall_time, seconds(15));
}

TEST(Manifest, fills_every_kind_of_key) {
    const model::Application application = parsed(R"(
app.name = "shop"
gateway = { listen = "[::1]:80", access_log = false, deadline = "2s" }
http = { header_block = "16KiB", header_fields = 50 }
control.listen = "127.0.0.1:0"
runtime = { slots = 64, io_threads = 2 }
[services.users]
url = "http://users.internal/"
version = "1.2.0"
log_level = "debug"
outbound = ["http://*.Example.com", "http://[::1]:81"]
env = { CURRENCY = "EUR" }
config = { greeting = "hi" }
limits = { memory = "64MiB", time = "100ms" }
reuse = 7
queue = 0
health = false
)")
                                               .application;

    EXPECT_EQ(application.name, "shop");
    EXPECT_EQ(application.gateway.listen, "[::1]:80");
    EXPECT_FALSE(application.gateway.access_log);
    EXPECT_EQ(application.gateway.deadline, seconds(2));
    EXPECT_EQ(application.gateway.header_block_bytes, 16384U);
    EXPECT_EQ(application.runtime.slots, 64U);
    const model::Service& users = application.services.at(0);
    EXPECT_EQ(users.url, "http://users.internal:80");
    EXPECT_EQ(users.version, "1.2.0");
    EXPECT_EQ(users.outbound.at(0).host, "*.example.com");
    EXPECT_EQ(users.outbound.at(1).host, "::1");
    EXPECT_EQ(users.outbound.at(1).port, 81);
    EXPECT_EQ(users.env.at("CURRENCY"), "EUR");
    EXPECT_EQ(users.config.at("greeting"), "hi");
    EXPECT_EQ(users.limits.memory_bytes, 64ULL << 20);
    EXPECT_EQ(users.limits.wall_time, milliseconds(100));
    EXPECT_EQ(users.reuse, 7U);
    EXPECT_EQ(users.queue, 0U);
    EXPECT_FALSE(users.health_endpoint);
}

TEST(Manifest, reads_the_three_forms_of_a_route) {
    const model::Application application = parsed(R"([services.users]
url = "http://u"
routes = ["/users/*", "GET /users/:id", { path = "/x", methods = ["PUT", "POST"], host = "API.example" }])")
                                               .application;

    const std::vector<model::Route>& routes = application.services.at(0).routes;
    EXPECT_EQ(routes.at(0).path, "/users/*");
    EXPECT_THAT(routes.at(1).methods, ElementsAre("GET"));
    EXPECT_EQ(routes.at(1).path, "/users/:id");
    EXPECT_THAT(routes.at(2).methods, ElementsAre("PUT", "POST"));
    EXPECT_EQ(routes.at(2).host, "api.example");
}

TEST(Manifest, keeps_services_in_the_order_of_the_file) {
    const model::Application application =
        parsed("[services.zebra]\nurl = 'http://z'\n[services.ant]\nurl = 'http://a'").application;

    EXPECT_EQ(application.services.at(0).name.value(), "zebra");
    EXPECT_EQ(application.services.at(1).name.value(), "ant");
}

TEST(Manifest, makes_paths_absolute_against_its_folder) {
    Layers layers;
    layers.files = FileChecks::may_be_missing;
    const model::Application application = parsed(R"([services.users]
module = "../users/./users.wasm"
files = ["assets:/assets", "/srv/data:/data:rw"])",
                                                  layers)
                                               .application;

    const model::Service& users = application.services.at(0);
    EXPECT_EQ(users.module, "/users/users.wasm");
    EXPECT_EQ(users.files.at(0).host_path, "/app/assets");
    EXPECT_EQ(users.files.at(0).guest_path, "/assets");
    EXPECT_FALSE(users.files.at(0).writable);
    EXPECT_TRUE(users.files.at(1).writable);
}

TEST(Manifest, an_unknown_key_is_shown_with_a_caret_and_the_nearest_known) {
    const Fault found = fault("[services.users]\nurl = 'http://u'\n  ruotes = []");

    EXPECT_EQ(found.error.name(), "manifest_unknown_key");
    EXPECT_EQ(found.error.message(), "skep.toml:3:3: services.users has no key 'ruotes'; did you mean 'routes'?");
    EXPECT_EQ(found.error.detail(), "3 |   ruotes = []\n  |   ^^^^^^");
    EXPECT_EQ(found.line, 3);
    EXPECT_EQ(found.column, 3);
}

TEST(Manifest, an_unknown_key_that_resembles_none_lists_what_there_is) {
    EXPECT_THAT(fault(with_users("[control]\nzzzzzz = 1")).error.message(), EndsWith("no key 'zzzzzz'; it has listen"));
}

TEST(Manifest, the_caret_counts_characters_and_not_bytes) {
    const Fault found = fault("services.users = { url = 'http://u', version = 'äöü', x = 1 }");

    EXPECT_THAT(found.error.detail(), EndsWith("\n  | " + std::string(54, ' ') + "^"));
}

TEST(Manifest, a_wrong_type_says_what_it_takes) {
    EXPECT_EQ(fault(with_users("limits = { memory = 64 }")).error.message(),
              "skep.toml:4:21: services.*.limits.memory takes a size such as \"64MiB\", not an integer");
    EXPECT_EQ(fault(with_users("calls = 'users'")).error.name(), "manifest_wrong_type");
    EXPECT_EQ(fault(with_users("env = []")).error.name(), "manifest_wrong_type");
    EXPECT_EQ(fault("services = 1\n").error.name(), "manifest_wrong_type");
}

TEST(Manifest, a_number_out_of_range_says_the_range) {
    EXPECT_THAT(fault(with_users("limits.memory = '1KiB'")).error.message(),
                HasSubstr("1KiB is out of range: from 64KiB to 4GiB"));
    EXPECT_THAT(fault(with_users("[runtime]\nslots = 0")).error.message(), HasSubstr("from 1 to 100000"));
}

TEST(Manifest, a_syntax_error_has_its_place) {
    const Fault found = fault("[services.users\nurl = 1");

    EXPECT_EQ(found.error.name(), "manifest_syntax");
    EXPECT_EQ(found.line, 1);
}

TEST(Manifest, a_table_that_is_there_twice_is_refused) {
    EXPECT_EQ(fault(with_users("[services.users]\nurl = 'http://v'")).error.name(), "manifest_syntax");
}

TEST(Manifest, reports_every_fault_in_order_of_place) {
    const std::vector<Fault> found = faults("[services.users]\nurl = 7\nrouts = []\n[gateway]\nlisten = 'x'");

    ASSERT_EQ(found.size(), 3U);
    EXPECT_EQ(found[0].error.name(), "manifest_wrong_type");
    EXPECT_EQ(found[1].error.name(), "manifest_unknown_key");
    EXPECT_EQ(found[2].error.name(), "manifest_invalid_value");
}

TEST(Manifest, stops_at_a_hundred_faults) {
    std::string text(kUsers);
    for (int index = 0; index < 150; ++index)
        text += fmt::format("x{} = 1\n", index);

    EXPECT_EQ(faults(text).size(), 100U);
}

TEST(Manifest, keys_of_later_features_name_the_feature) {
    const Fault found = fault(with_users("publishes = ['user.created']"));

    EXPECT_EQ(found.error.name(), "manifest_not_available");
    EXPECT_THAT(found.error.message(), HasSubstr("'services.users.publishes' belongs to events"));
    EXPECT_EQ(fault(with_users("[mail]\nurl = 'smtp://x'")).error.name(), "manifest_not_available");
}

TEST(Manifest, names_follow_their_rules) {
    EXPECT_THAT(fault("[services.Users]\nurl = 'http://u'\n[services.b]\nurl = 'http://u'").error.message(),
                HasSubstr("a service name starts with a letter a to z"));
    EXPECT_EQ(fault(with_users("[secrets.'a b']\nfile = 'x'")).error.name(), "manifest_invalid_value");
    EXPECT_EQ(fault(with_users("env = { 'A=B' = 'x' }")).error.name(), "manifest_invalid_value");
}

TEST(Manifest, a_manifest_without_a_service_is_refused) {
    EXPECT_EQ(fault("[app]\nname = 'x'").error.name(), "manifest_missing_key");
}

TEST(Manifest, a_service_has_one_origin) {
    EXPECT_EQ(fault("[services.users]\nroutes = ['/u']").error.name(), "manifest_missing_key");
    EXPECT_THAT(fault(with_users("module = '/dev/../etc/passwd'")).error.message(), HasSubstr("exclude one another"));
}

TEST(Manifest, names_a_module_that_is_not_there) {
    const Fault found = fault("[services.users]\nmodule = 'users.wasm'");

    EXPECT_EQ(found.error.name(), "module_not_found");
    EXPECT_THAT(found.error.message(), HasSubstr("there is no file /app/users.wasm"));
}

TEST(Manifest, names_every_bad_item_of_a_list) {
    EXPECT_EQ(faults("[services.users]\nurl = 'http://a'\nroutes = ['a', '/b', 'c', 7]").size(), 3U);
    EXPECT_EQ(faults("[services.users]\nurl = 'http://a'\noutbound = ['a', 'ftp://b', 'https://c']").size(), 3U);
    EXPECT_EQ(faults("[services.users]\nurl = 'http://a'\nfiles = ['a', 'b', 7]").size(), 3U);
    EXPECT_EQ(faults("[services.users]\nurl = 'http://a'\nroute_options = [{ a = 1 }, {}]").size(), 2U);
}

TEST(Manifest, one_port_is_not_for_both_listeners) {
    const Fault found = fault(with_users("[control]\nlisten = '127.0.0.1:8080'"));

    EXPECT_EQ(found.error.name(), "manifest_invalid_value");
    EXPECT_THAT(found.error.message(), HasSubstr("both have the port 8080"));
    EXPECT_EQ(found.line, 5);
    EXPECT_EQ(fault(with_users("[gateway]\nlisten = '127.0.0.1:9090'")).line, 5);
    parsed(with_users("[gateway]\nlisten = '127.0.0.1:0'\n[control]\nlisten = '127.0.0.1:0'"));
}

TEST(Manifest, a_route_that_skep_answers_itself_is_refused) {
    EXPECT_THAT(fault("[services.users]\nurl = 'http://a'\nroutes = ['/_services/users/x']").error.message(),
                HasSubstr("is never reached"));
}

TEST(Manifest, a_call_to_an_unknown_service_points_at_the_name) {
    const Fault found = fault(with_users("calls = ['users', 'userz']"));

    EXPECT_EQ(found.column, 19);
    EXPECT_THAT(found.error.message(), EndsWith("calls 'userz', which does not exist; did you mean 'users'?"));
}

TEST(Manifest, a_route_belongs_to_one_service) {
    const Fault found = fault(with_users("[services.b]\nurl = 'http://b'\nroutes = ['/b', '/users']"));

    EXPECT_EQ(found.line, 6);
    EXPECT_THAT(found.error.message(), HasSubstr("the route '/users' is taken by service users already"));
}

TEST(Manifest, routes_with_parameters_of_other_names_are_the_same) {
    EXPECT_EQ(fault("[services.a]\nurl = 'http://a'\nroutes = ['GET /x/:id', 'GET /x/:name']").error.name(),
              "manifest_invalid_value");
}

TEST(Manifest, routes_of_other_methods_or_hosts_stand_beside_one_another) {
    parsed(
        "[services.a]\nurl = 'http://a'\nroutes = ['GET /x', 'PUT /x', '/x', { path = '/x', host = "
        "'h' }]");
}

TEST(Manifest, broken_routes_are_refused) {
    EXPECT_EQ(fault("[services.a]\nurl = 'http://a'\nroutes = ['x']").error.name(), "manifest_invalid_value");
    EXPECT_EQ(fault("[services.a]\nurl = 'http://a'\nroutes = ['/a*']").error.name(), "manifest_invalid_value");
    EXPECT_EQ(fault("[services.a]\nurl = 'http://a'\nroutes = ['/*/a']").error.name(), "manifest_invalid_value");
    EXPECT_EQ(fault("[services.a]\nurl = 'http://a'\nroutes = ['/a/../b']").error.name(), "manifest_invalid_value");
    EXPECT_EQ(fault("[services.a]\nurl = 'http://a'\nroutes = ['get /a']").error.name(), "manifest_invalid_value");
    EXPECT_EQ(fault("[services.a]\nurl = 'http://a'\nroutes = [{ host = 'h' }]").error.name(), "manifest_missing_key");
}

TEST(Manifest, tls_is_not_available_yet) {
    EXPECT_EQ(fault("[services.a]\nurl = 'https://a'").error.name(), "tls_not_available");
    EXPECT_EQ(fault(with_users("outbound = ['https://api.example.com']")).error.name(), "tls_not_available");
}

TEST(Manifest, a_file_grant_that_is_no_folder_is_refused) {
    const Fault found = fault(with_users("files = ['/dev/null:/null']"));

    EXPECT_EQ(found.error.name(), "manifest_invalid_value");
    EXPECT_THAT(found.error.message(), HasSubstr("service users: there is no folder /dev/null"));
}

TEST(Manifest, a_secret_without_a_source_is_refused) {
    EXPECT_EQ(fault(with_users("secrets = ['jwt']")).error.name(), "secret_not_found");
    EXPECT_EQ(fault(with_users("[secrets.jwt]\nfile = 'jwt.key'")).error.name(), "secret_not_found");
    EXPECT_EQ(fault(with_users("[secrets.jwt]")).error.name(), "manifest_missing_key");
}

TEST(Manifest, a_secret_comes_from_the_environment) {
    Layers layers;
    layers.environment = {{"SKEP_SECRETS__API_KEY", "s3cret"}, {"SKEP_SECRETS__JWT_FILE", "/dev/null"}};
    layers.files = FileChecks::may_be_missing;
    const Loaded loaded = parsed(with_users("secrets = ['api-key', 'jwt']"), layers);

    EXPECT_EQ(loaded.application.secrets.at(0).name, "api-key");
    EXPECT_EQ(loaded.application.secrets.at(0).value, "s3cret");
    EXPECT_EQ(loaded.application.secrets.at(1).name, "jwt");
    EXPECT_EQ(loaded.application.secrets.at(1).file, "/dev/null");
    EXPECT_EQ(origin(loaded, "secrets.api-key.value").value, "<secret>");
}

TEST(Manifest, a_stronger_layer_hides_the_weaker_ones) {
    Layers layers;
    layers.profile = "staging";
    layers.environment = {{"SKEP_GATEWAY__LISTEN", "127.0.0.1:3"}};
    layers.flags = {{"gateway.listen", "127.0.0.1:4"}};
    const Loaded loaded = parsed(with_users("[gateway]\nlisten = '127.0.0.1:1'\n[profiles.staging.gateway]\nlisten = "
                                            "'127.0.0.1:2'"),
                                 layers);

    const Origin listen = origin(loaded, "gateway.listen");
    EXPECT_EQ(loaded.application.gateway.listen, "127.0.0.1:4");
    EXPECT_EQ(listen.layer, "flag");
    EXPECT_THAT(listen.hidden,
                ElementsAre(std::pair("environment SKEP_GATEWAY__LISTEN", "127.0.0.1:3"),
                            std::pair("profile staging, skep.toml:7:1", "127.0.0.1:2"),
                            std::pair("skep.toml:5:1", "127.0.0.1:1"), std::pair("default", "127.0.0.1:8080")));
}

TEST(Manifest, a_default_is_told_as_such) {
    const Loaded loaded = parsed(kUsers);

    EXPECT_EQ(origin(loaded, "services.users.limits.memory").value, "128MiB");
    EXPECT_EQ(origin(loaded, "services.users.limits.memory").layer, "default");
    EXPECT_EQ(origin(loaded, "runtime.io_threads").value, "one per core");
}

TEST(Manifest, a_profile_over_a_module_may_name_a_url) {
    Layers layers;
    layers.profile = "staging";
    const Loaded loaded =
        parsed("[services.a]\nmodule = 'a.wasm'\n[profiles.staging.services.a]\nurl = 'http://a:1'", layers);

    EXPECT_EQ(loaded.application.services.at(0).url, "http://a:1");
    EXPECT_TRUE(loaded.application.services.at(0).module.empty());
}

TEST(Manifest, profiles_that_are_not_chosen_are_checked_all_the_same) {
    EXPECT_EQ(fault(with_users("[profiles.x.gateway]\nlistn = ''")).error.name(), "manifest_unknown_key");
}

TEST(Manifest, an_unknown_profile_says_which_there_are) {
    Layers layers;
    layers.profile = "prod";

    EXPECT_THAT(fault(with_users("[profiles.staging]"), layers).error.message(), HasSubstr("but staging"));
}

TEST(Manifest, variables_reach_services_and_their_environment) {
    Layers layers;
    layers.environment = {{"SKEP_SERVICES__USERS__LIMITS__MEMORY", "1MiB"},
                          {"SKEP_SERVICES__USERS__ENV__Mode", "fast"},
                          {"SKEP_SERVICES__USERS__ROUTES", "/a, GET /b"},
                          {"SKEP_DATA_DIR", "/x"}};
    const model::Service users = parsed(kUsers, layers).application.services.at(0);

    EXPECT_EQ(users.limits.memory_bytes, 1ULL << 20);
    EXPECT_EQ(users.env.at("Mode"), "fast");
    EXPECT_EQ(users.routes.at(1).path, "/b");
}

TEST(Manifest, a_variable_that_means_no_key_is_refused) {
    Layers layers;
    layers.environment = {{"SKEP_GATEWAY__LISTN", "x"}};

    EXPECT_EQ(fault(kUsers, layers).error.message(),
              "environment SKEP_GATEWAY__LISTN: gateway has no key 'listn'; did you mean 'listen'?");
}

TEST(Manifest, a_variable_of_an_unknown_service_is_refused) {
    Layers layers;
    layers.environment = {{"SKEP_SERVICES__USER__URL", "http://x"}};

    EXPECT_THAT(fault(kUsers, layers).error.message(), EndsWith("services has no key 'user'; did you mean 'users'?"));
}

TEST(Manifest, refuses_what_is_nested_too_deeply) {
    EXPECT_EQ(fault("a = " + std::string(100'000, '[')).error.name(), "manifest_syntax");
    std::string dotted = "a";
    for (int index = 0; index < 100'000; ++index)
        dotted += ".a";
    EXPECT_EQ(fault(dotted + " = 1").error.name(), "manifest_syntax");
}

TEST(Manifest, refuses_a_file_above_eight_mebibytes) {
    EXPECT_EQ(fault(std::string((8 << 20) + 1, '\n')).error.name(), "file_too_large");
}

TEST(Manifest, load_finds_skep_toml_in_a_folder) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "skep-manifest-load";
    std::filesystem::create_directories(folder);
    ASSERT_TRUE(write_file(folder / "skep.toml", kUsers));

    const LoadResult loaded = load(folder, {});

    ASSERT_TRUE(loaded);
    EXPECT_EQ(loaded->application.manifest, folder / "skep.toml");
}

TEST(Manifest, load_says_that_there_is_none) {
    const LoadResult loaded = load("/nowhere/at/all", {});

    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().front().error.name(), "manifest_not_found");
}

}  // namespace
}  // namespace skep::manifest
