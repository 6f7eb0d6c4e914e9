#include "base/process.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(Process, gives_output_and_exit_code) {
    const auto end = run_process({"sh", "-c", "echo out; echo err >&2; exit 3"}, {});

    ASSERT_TRUE(end);
    EXPECT_EQ(end->output, "out\nerr\n");
    EXPECT_EQ(end->exit_code, 3);
}

TEST(Process, is_killed_with_its_children_when_it_takes_too_long) {
    const auto end = run_process({"sh", "-c", "sleep 1000 & sleep 1000"}, {.timeout = std::chrono::milliseconds(50)});

    ASSERT_TRUE(end);
    EXPECT_TRUE(end->timed_out);
    EXPECT_EQ(end->exit_code, 137);
}

TEST(Process, is_killed_where_it_is_told_to_stop) {
    StopEvent stop;
    stop.set();

    const auto end = run_process({"sleep", "1000"}, {.stop = &stop});

    ASSERT_TRUE(end);
    EXPECT_TRUE(end->stopped);
    EXPECT_FALSE(end->timed_out);
    EXPECT_EQ(end->exit_code, 137);
}

TEST(Process, a_missing_program_is_named) {
    const auto end = run_process({"no-such-program-here"}, {});

    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().name(), "tool_not_found");
}

TEST(Process, keeps_no_more_output_than_asked_for) {
    EXPECT_EQ(run_process({"sh", "-c", "echo 123456789"}, {.output_limit = 4})->output, "1234");
}

}  // namespace
}  // namespace skep
