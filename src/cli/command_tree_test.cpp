// What holds for every command of the tree.
#include <algorithm>

#include <gmock/gmock.h>

#include "cli/testing/command_line_fixture.hpp"

namespace skep::cli {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// A command and a line of it that succeeds.
struct Example {
    std::string path;
    std::string line;
};

void PrintTo(const Example& example, std::ostream* out) {
    *out << example.path;
}

const std::vector<Example> kPrinting = {
    {"new", "new NEW"},
    {"build", "build @"},
    {"dev", "dev @"},
    {"up", "up @"},
    {"check", "check @"},
    {"run", "run app.wasm"},
    {"doctor", "doctor @"},
    {"call", "call users /users --manifest @"},
    {"status", "status --manifest @"},
    {"logs", "logs --manifest @"},
    {"data tables", "data tables users --manifest @"},
    {"data query", "data query users SELECT --manifest @"},
    {"data export", "data export users users.db --manifest @"},
    {"migrate", "migrate @"},
    {"backup", "backup made --manifest @"},
    {"restore", "restore made --manifest @"},
    {"config explain", "config explain --manifest @"},
    {"config show", "config show --manifest @"},
    {"config schema", "config schema"},
    {"explain", "explain guest_timeout"},
    {"version", "version"},
};

std::string test_name(const testing::TestParamInfo<Example>& info) {
    std::string name = info.param.path;
    std::ranges::replace(name, ' ', '_');
    return name;
}

class EveryCommand : public CommandLineFixture, public testing::WithParamInterface<Example> {
protected:
    int run_example(const std::string& flags) {
        std::filesystem::remove_all(folder / "made");
        std::string line = GetParam().line;
        if (const auto at = line.find("NEW"); at != std::string::npos)
            line.replace(at, 3, (folder / "made").string());
        return run_line(line + flags);
    }
};

TEST_P(EveryCommand, prints_json) {
    EXPECT_EQ(run_example(" -o json"), 0);

    boost::system::error_code fault;
    boost::json::parse(out.str(), fault);
    EXPECT_FALSE(fault) << out.str();
    EXPECT_THAT(err.str(), IsEmpty());
}

TEST_P(EveryCommand, prints_every_other_form) {
    EXPECT_EQ(run_example(""), 0);
    EXPECT_EQ(run_example(" -o wide"), 0);
    EXPECT_EQ(run_example(" -o yaml"), 0);
    EXPECT_EQ(run_example(" -o name"), 0);
    EXPECT_EQ(run_example(" -o jsonl"), 0);
}

TEST_P(EveryCommand, refuses_a_flag_that_it_does_not_know) {
    EXPECT_EQ(run_example(" -o json --no-such-flag"), 2);

    EXPECT_THAT(out.str(), IsEmpty());
    EXPECT_EQ(json_error().at("code"), "usage");
}

TEST_P(EveryCommand, refuses_a_form_that_there_is_not) {
    EXPECT_EQ(run_example(" -o xml"), 2);
}

TEST_P(EveryCommand, tells_what_it_does) {
    EXPECT_EQ(run_line(GetParam().path + " --help"), 0);
    EXPECT_THAT(out.str(), HasSubstr("--output"));
}

INSTANTIATE_TEST_SUITE_P(Tree, EveryCommand, testing::ValuesIn(kPrinting), test_name);

TEST(CommandTree, has_an_example_of_every_command_that_prints_data) {
    std::vector<std::string> known{"completion"};  // prints a script, not data
    std::ranges::transform(kPrinting, std::back_inserter(known), &Example::path);

    EXPECT_THAT(command_paths(), testing::UnorderedElementsAreArray(known));
}

class EveryClient : public CommandLineFixture, public testing::WithParamInterface<const char*> {};

TEST_P(EveryClient, says_that_no_skep_answers) {
    control.unreachable = true;

    EXPECT_EQ(run_line(std::string(GetParam()) + " --manifest @ -o json"), 6);
    EXPECT_EQ(json_error().at("code"), "control_unreachable");
}

INSTANTIATE_TEST_SUITE_P(Tree, EveryClient,
                         testing::Values("status", "logs", "call users /users", "config show", "data tables users",
                                         "data query users SELECT", "data export users x.db", "backup x"));

}  // namespace
}  // namespace skep::cli
