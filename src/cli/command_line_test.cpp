#include "cli/command_line.hpp"

#include <sstream>

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/testing/command_line_fixture.hpp"

namespace skep::cli {
namespace {

using CommandLine = CommandLineFixture;

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST_F(CommandLine, up_takes_a_project_and_what_stands_above_it) {
    environment = {{"SKEP_SECRETS__JWT", "x"}};

    EXPECT_EQ(run_line("up @ --listen 127.0.0.1:0 --control 127.0.0.1:1 --profile staging --data-dir /var/x"), 0);

    EXPECT_EQ(project.manifest, folder);
    EXPECT_EQ(project.data_dir, "/var/x");
    EXPECT_EQ(project.layers.profile, "staging");
    EXPECT_THAT(project.layers.flags,
                ElementsAre(std::pair("gateway.listen", "127.0.0.1:0"), std::pair("control.listen", "127.0.0.1:1")));
    EXPECT_EQ(project.layers.environment, environment);
}

TEST_F(CommandLine, the_data_directory_is_beside_the_manifest) {
    run_line("up @");
    EXPECT_EQ(project.data_dir, folder / ".skep");

    run_line("dev " + (folder / "skep.toml").string());
    EXPECT_EQ(project.data_dir, folder / ".skep");
}

TEST_F(CommandLine, variables_stand_for_flags_that_are_not_given) {
    environment = {{"SKEP_PROFILE", "staging"}, {"SKEP_DATA_DIR", "/var/y"}};

    run_line("up @");

    EXPECT_EQ(project.layers.profile, "staging");
    EXPECT_EQ(project.data_dir, "/var/y");
}

TEST_F(CommandLine, build_takes_services_and_needs_no_module) {
    EXPECT_EQ(run_line("build @ --service users --service orders"), 0);

    EXPECT_THAT(build.services, ElementsAre("users", "orders"));
    EXPECT_EQ(build.project.layers.files, manifest::FileChecks::may_be_missing);
}

TEST_F(CommandLine, run_passes_on_what_follows_the_dashes) {
    EXPECT_EQ(run_line("run --dir /a::/b --dir /c --env K=V=W --net app.wasm -- -x --help y"), 0);

    EXPECT_EQ(program.file, "app.wasm");
    EXPECT_THAT(program.arguments, ElementsAre("-x", "--help", "y"));
    EXPECT_THAT(program.directories, ElementsAre(std::pair("/a", "/b"), std::pair("/c", "/c")));
    EXPECT_THAT(program.environment, ElementsAre(std::pair("K", "V=W")));
    EXPECT_TRUE(program.network);
}

TEST_F(CommandLine, a_flag_of_run_takes_one_value_at_a_time) {
    EXPECT_EQ(run_line("run --dir /a::/b --env K=V app.wasm"), 0);

    EXPECT_EQ(program.file, "app.wasm");
    EXPECT_THAT(program.environment, ElementsAre(std::pair("K", "V")));
}

TEST_F(CommandLine, a_broken_pair_is_a_usage_error) {
    EXPECT_EQ(run_line("run --env K app.wasm"), 2);
    EXPECT_THAT(err.str(), StartsWith("error[usage]: --env takes A=B, 'K' is none\n"));
}

TEST_F(CommandLine, an_unknown_command_names_the_nearest) {
    EXPECT_EQ(run_line("statsu"), 2);

    EXPECT_THAT(err.str(), HasSubstr("skep has no command 'statsu'; did you mean 'status'?"));
    EXPECT_THAT(out.str(), IsEmpty());
}

TEST_F(CommandLine, an_unknown_flag_is_a_usage_error_in_the_form_asked_for) {
    EXPECT_EQ(run_line("status --nope -o json"), 2);

    EXPECT_EQ(json_error().at("code"), "usage");
    EXPECT_EQ(json_error().at("exit_code"), 2);
}

TEST_F(CommandLine, help_is_data) {
    EXPECT_EQ(run_line("call --help"), 0);
    EXPECT_THAT(out.str(), HasSubstr("Send a request to a service"));
    EXPECT_EQ(run_line(""), 0);
    EXPECT_THAT(out.str(), HasSubstr("completion"));
}

TEST_F(CommandLine, status_shows_services_as_a_table) {
    EXPECT_EQ(run_line("status --manifest @"), 0);

    EXPECT_EQ(out.str(),
              "shop: ready, up 1 min, 32 MiB resident, skep 0.1.0\n\n"
              "NAME   STATE    KIND  REQUESTS  ERRORS  P50 MS  P99 MS\n"
              "users  serving  cgi   3         0       0.25    1.5\n");
}

TEST_F(CommandLine, status_gives_the_whole_as_json_and_its_services_as_lines) {
    run_line("status --manifest @ -o json");
    EXPECT_EQ(json_out().at("uptime_seconds"), 61);

    run_line("status --manifest @ -o jsonl");
    EXPECT_EQ(json_out().at("name"), "users");

    run_line("status --manifest @ -o name");
    EXPECT_EQ(out.str(), "users\n");

    run_line("status --manifest @ -o wide");
    EXPECT_THAT(out.str(), HasSubstr("/users"));
}

TEST_F(CommandLine, finds_the_control_api_by_flag_then_by_what_it_left_then_by_the_manifest) {
    run_line("status --manifest @");
    EXPECT_EQ(connected, "127.0.0.1:9090 t0ken");

    write(".skep/control.address", "127.0.0.1:4711\n");
    run_line("status --manifest @");
    EXPECT_EQ(connected, "127.0.0.1:4711 t0ken");

    run_line("status --manifest @ --control 127.0.0.1:4712");
    EXPECT_EQ(connected, "127.0.0.1:4712 t0ken");
}

TEST_F(CommandLine, without_a_token_no_skep_has_run) {
    std::filesystem::remove(folder / ".skep/control.token");

    EXPECT_EQ(run_line("status --manifest @"), 6);
    EXPECT_THAT(err.str(), StartsWith("error[control_unreachable]: "));
}

TEST_F(CommandLine, an_error_of_the_api_gives_its_exit_code) {
    control.replies.insert_or_assign("/api/v1/status", fail("unauthenticated", "wrong token"));

    EXPECT_EQ(run_line("status --manifest @ -o json"), 5);
    EXPECT_EQ(json_error().at("message"), "wrong token");
}

TEST_F(CommandLine, logs_are_lines_that_cannot_command_the_terminal) {
    EXPECT_EQ(run_line("logs users --manifest @ --tail 5"), 0);

    EXPECT_EQ(out.str(), "12:00:00.042 info  users      hi status=200\n12:00:01.000 warn  skep       a [2Jb\n");
    EXPECT_THAT(control.asked, ElementsAre("GET /api/v1/logs?service=users&tail=5"));
}

TEST_F(CommandLine, logs_follow_from_where_they_were_until_interrupted) {
    ControlReply reply{{}, std::string(kLogs)};
    reply.headers.add("x-skep-next", "17");
    control.replies.insert_or_assign("/api/v1/logs", std::move(reply));
    waits = 1;

    EXPECT_EQ(run_line("logs -f --manifest @ -o jsonl"), 0);

    EXPECT_THAT(control.asked, ElementsAre("GET /api/v1/logs?service=&tail=100", "GET /api/v1/logs?service=&from=17"));
}

TEST_F(CommandLine, logs_without_end_are_no_json_value) {
    EXPECT_EQ(run_line("logs -f --manifest @ -o json"), 2);
}

TEST_F(CommandLine, call_sends_what_it_is_told) {
    EXPECT_EQ(run_line("call users PUT /users/1 -H x-a:b -d @" + (folder / "skep.toml").string() + " --manifest @"), 0);

    EXPECT_EQ(out.str(), "hello\n");
    EXPECT_THAT(control.asked.at(0),
                StartsWith(R"(POST /api/v1/call {"service":"users","method":"PUT","path":"/users/1",)"
                           R"("headers":{"x-a":"b"},"body":"[services.users]\n)"));
}

TEST_F(CommandLine, call_takes_no_more_than_method_and_path) {
    EXPECT_EQ(run_line("call users GET /a /b --manifest @"), 2);
    EXPECT_EQ(run_line("call users a --manifest @"), 2);
}

TEST_F(CommandLine, call_posts_where_there_is_a_body) {
    run_line("call users /users -d - --manifest @");

    EXPECT_THAT(control.asked.at(0), AllOf(HasSubstr(R"("method":"POST")"), HasSubstr(R"("body":"from the input")")));
}

TEST_F(CommandLine, a_call_that_fails_gives_the_exit_code_of_its_problem) {
    control.answer("/api/v1/call", R"({"status":504,"headers":{},"body":"{\"code\":\"guest_timeout\"}"})");
    EXPECT_EQ(run_line("call users /users --manifest @"), 6);

    control.answer("/api/v1/call", R"({"status":500,"headers":{},"body":"oops"})");
    EXPECT_EQ(run_line("call users /users --manifest @ -o json"), 1);
    EXPECT_EQ(json_out().at("status"), 500);
}

TEST_F(CommandLine, config_explains_a_key) {
    environment = {{"SKEP_GATEWAY__LISTEN", "127.0.0.1:3"}};
    write("skep.toml", "gateway.listen = '127.0.0.1:2'\n[services.users]\nurl = 'http://u'\n");

    EXPECT_EQ(run_line("config explain gateway.listen --manifest @"), 0);

    EXPECT_EQ(out.str(),
              "KEY             VALUE        FROM\n"
              "gateway.listen  127.0.0.1:3  environment SKEP_GATEWAY__LISTEN\n"
              "hides 127.0.0.1:2 from skep.toml:1:9\n"
              "hides 127.0.0.1:8080 from default\n");
}

TEST_F(CommandLine, config_explains_all_that_is_below) {
    EXPECT_EQ(run_line("config explain services.users.limits --manifest @ -o name"), 0);

    EXPECT_THAT(out.str(), StartsWith("services.users.limits.memory\n"));
}

TEST_F(CommandLine, config_shows_what_the_running_application_has) {
    EXPECT_EQ(run_line("config show --manifest @"), 0);
    EXPECT_EQ(out.str(), "KEY       VALUE  FROM\napp.name  shop   default\n");
}

TEST_F(CommandLine, config_names_the_nearest_key) {
    EXPECT_EQ(run_line("config explain gateway.lisen --manifest @ -o json"), 7);

    EXPECT_THAT(json_error().at("message").as_string().c_str(), EndsWith("did you mean 'gateway.listen'?"));
}

TEST_F(CommandLine, every_fault_of_a_manifest_is_shown_with_its_caret) {
    write("skep.toml", "[services.users]\nurl = 7\nrouts = []\n");

    EXPECT_EQ(run_line("config explain --manifest @"), 7);

    EXPECT_EQ(err.str(),
              "error[manifest_wrong_type]: skep.toml:2:7: services.*.url takes a URL such as "
              "\"http://127.0.0.1:9001\", "
              "not an integer\n  2 | url = 7\n    |       ^\n  help: Write a value of the type "
              "that the message names.\n"
              "error[manifest_unknown_key]: skep.toml:3:1: services.users has no key 'routs'; did "
              "you mean 'routes'?\n"
              "  3 | routs = []\n    | ^^^^^\n  help: Correct or remove it; the nearest known key "
              "is named.\n");
}

TEST_F(CommandLine, explain_tells_a_code) {
    EXPECT_EQ(run_line("explain guest_timeout"), 0);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("HTTP status  504\n"), HasSubstr("exit code    6\n")));

    EXPECT_EQ(run_line("explain guest_timout"), 3);
    EXPECT_THAT(err.str(), HasSubstr("did you mean 'guest_timeout'?"));
}

TEST_F(CommandLine, new_writes_a_template_under_its_name) {
    const std::string project_folder = (folder / "my-shop").string();

    EXPECT_EQ(run_line("new " + project_folder + " --lang cpp --form cgi -o name"), 0);

    EXPECT_THAT(out.str(), HasSubstr("my-shop/skep.toml\n"));
    EXPECT_THAT(read_file(project_folder + "/skep.toml", 10'000).value(), HasSubstr("name = \"my-shop\""));
}

TEST_F(CommandLine, new_keeps_what_is_there) {
    EXPECT_EQ(run_line("new @"), 4);
    EXPECT_EQ(run_line("new " + (folder / "No-Name").string()), 7);
    EXPECT_EQ(run_line("new " + (folder / "x").string() + " --lang rust --form cgi"), 3);
}

TEST_F(CommandLine, version_tells_the_engines_too) {
    EXPECT_EQ(run_line("version"), 0);
    EXPECT_EQ(out.str(), "skep    0.1.0\nengine  wasmtime 48.0.8\n");
    EXPECT_EQ(run_line("--version"), 0);
}

TEST_F(CommandLine, completion_knows_commands_and_flags) {
    EXPECT_EQ(run_line("completion bash"), 0);
    EXPECT_THAT(out.str(), AllOf(HasSubstr("\"skep config\") follow=\"explain show schema"),
                                 HasSubstr("complete -o default -F _skep skep")));
    EXPECT_EQ(run_line("completion fish"), 0);
    EXPECT_THAT(out.str(), HasSubstr("complete -c skep -n '__fish_use_subcommand' -a status -d "));
    EXPECT_EQ(run_line("completion zsh"), 0);
    EXPECT_THAT(out.str(), StartsWith("#compdef skep\n"));
    EXPECT_EQ(run_line("completion ksh"), 2);
}

TEST_F(CommandLine, colours_are_for_terminals_that_want_them) {
    on_terminal = true;
    run_line("explain x");
    EXPECT_THAT(err.str(), StartsWith("\x1b[1;31merror[not_found]"));

    environment = {{"NO_COLOR", "1"}};
    run_line("explain x");
    EXPECT_THAT(err.str(), StartsWith("error[not_found]"));

    environment = {{"CI", "true"}};
    run_line("explain x");
    EXPECT_THAT(err.str(), StartsWith("error[not_found]"));
}

TEST(Pages, are_what_the_docs_hold) {
    EXPECT_EQ(read_file(SKEP_SOURCE_DIR "/docs/errors.md", 1 << 20).value(), errors_page());
    EXPECT_EQ(read_file(SKEP_SOURCE_DIR "/docs/guide/commands.md", 1 << 20).value(), commands_page());
}

TEST(ErrorOfReply, reads_a_problem) {
    const Error problem = error_of_reply(404, R"({"code":"service_not_found","detail":"no service x"})");

    EXPECT_EQ(problem.name(), "service_not_found");
    EXPECT_EQ(problem.message(), "no service x");
    EXPECT_EQ(error_of_reply(502, "<html>").name(), "upstream_protocol_error");
}

}  // namespace
}  // namespace skep::cli
