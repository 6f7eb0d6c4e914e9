#include "cli/output.hpp"

#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/detail/yaml.hpp"

namespace skep::cli {
namespace {

using testing::HasSubstr;

Listing two_services() {
    return {.columns = {{"NAME", "name"}, {"LIST", "list"}, {"X", "x", Column::Width::wide_only}},
            .rows = {{{"name", "ä\n"}, {"list", {1, 2}}, {"x", 0.12345}}, {{"name", "users"}, {"list", nullptr}}},
            .name_member = "name"};
}

std::string printed(const Listing& listing, OutputFormat format) {
    std::ostringstream out;
    std::ostringstream notes;
    Output(out, notes, format, Output::Colours::off).print(listing);
    return out.str();
}

TEST(Output, aligns_characters_and_hides_control_characters) {
    EXPECT_EQ(printed(two_services(), OutputFormat::table), "NAME   LIST\nä      1, 2\nusers  -\n");
}

TEST(Output, shows_more_columns_when_wide) {
    EXPECT_THAT(printed(two_services(), OutputFormat::wide), HasSubstr("1, 2  0.123\n"));
}

TEST(Output, prints_rows_for_programs) {
    EXPECT_EQ(printed(two_services(), OutputFormat::jsonl),
              "{\"name\":\"ä\\n\",\"list\":[1,2],\"x\":1.2345E-1}\n{\"name\":\"users\",\"list\":null}\n");
    EXPECT_EQ(printed(two_services(), OutputFormat::name), "ä \nusers\n");
}

TEST(Output, an_error_says_how_to_go_on) {
    std::ostringstream out;
    std::ostringstream notes;
    Output output(out, notes, OutputFormat::table, Output::Colours::off);

    EXPECT_EQ(output.fail(error("port_in_use", "cannot listen").with_detail("a\nb")), 4);

    EXPECT_EQ(notes.str(),
              "error[port_in_use]: cannot listen\n  a\n  b\n"
              "  help: Stop it, or choose another port with --listen.\n");
    EXPECT_EQ(out.str(), "");
}

TEST(Yaml, nests_tables_and_lists) {
    const boost::json::value value{{"a", {{"b", {1, {{"c", "d"}, {"e", true}}, {2, 3}}}, {"f", boost::json::array()}}}};

    EXPECT_EQ(to_yaml(value), "a:\n  b:\n  - 1\n  - c: d\n    e: true\n  - - 2\n    - 3\n  f: []\n");
}

TEST(Yaml, quotes_what_could_be_taken_for_something_else) {
    const boost::json::value value{"users", "yes", "1.0", "a: b", "", "x\ny", "-", "/users"};

    EXPECT_EQ(to_yaml(value), "- users\n- \"yes\"\n- \"1.0\"\n- \"a: b\"\n- \"\"\n- \"x\\ny\"\n- \"-\"\n- /users\n");
}

}  // namespace
}  // namespace skep::cli
