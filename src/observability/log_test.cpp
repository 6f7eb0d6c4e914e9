#include "observability/log.hpp"

#include <gtest/gtest.h>

#include "base/testing/manual_clock.hpp"
#include "observability/log_queue.hpp"

namespace skep {
namespace {

const WallTime kTime = WallTime(std::chrono::milliseconds(1'767'225'600'042));

TEST(LogRecord, is_written_as_json) {
    const LogRecord record{
        .time = kTime, .service = "users", .trace_id = "ab", .message = "a \"b\"\n", .fields = {{"status", "200"}}};

    EXPECT_EQ(to_json(record), R"({"time":"2026-01-01T00:00:00.042Z","level":"info","service":"users","trace_id":"ab",)"
                               R"("message":"a \"b\"\n","status":"200"})");
}

TEST(LogRecord, is_written_for_people) {
    const LogRecord record{.time = kTime, .level = LogLevel::warn, .message = "hi", .fields = {{"a", "1"}}};

    EXPECT_EQ(to_text(record), "00:00:00.042 warn  skep       hi a=1");
}

TEST(LogRecord, cannot_forge_a_terminal_line) {
    EXPECT_EQ(to_text({.time = kTime, .message = "a\x1b[2Jb\rc"}), "00:00:00.042 info  skep       a?[2Jb?c");
}

TEST(JsonString, replaces_invalid_utf8) {
    std::string out;
    append_json_string(out, "\xC3\xA4\xFF\xE0\x80\x80");

    EXPECT_EQ(out, "\"\xC3\xA4\\ufffd\\ufffd\\ufffd\\ufffd\"");
}

TEST(LogQueue, tells_once_and_counts_what_it_drops) {
    const ManualClock clock;
    int told = 0;
    LogQueue queue(clock, 2, 10, [&] { ++told; });

    queue.log({.message = "1"});
    queue.log({.message = "2"});
    queue.log({.message = "3"});

    EXPECT_EQ(told, 1);
    EXPECT_EQ(queue.take().size(), 2U);
    EXPECT_EQ(queue.dropped(), 1U);
}

TEST(LogQueue, tells_again_after_it_was_found_empty) {
    const ManualClock clock;
    int told = 0;
    LogQueue queue(clock, 10, 10, [&] { ++told; });
    queue.log({.message = "1"});
    queue.take();
    queue.take();

    queue.log({.message = "2"});

    EXPECT_EQ(told, 2);
}

TEST(LogQueue, keeps_the_last_records_of_each_service) {
    const ManualClock clock;
    LogQueue queue(clock, 10, 2, [] {});
    queue.log({.service = "a", .message = "1"});
    queue.log({.service = "b", .message = "2"});
    queue.log({.service = "a", .message = "3"});
    std::uint64_t from = 0;

    const auto found = queue.history("a", from);

    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].message, "3");
    EXPECT_EQ(from, 3U);
}

}  // namespace
}  // namespace skep
