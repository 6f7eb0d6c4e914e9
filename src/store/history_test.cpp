// The judge of the crash tests finds each kind of violation.
#include "store/testing/history.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace skep::store {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;

constexpr std::int64_t kFirst = 1;
constexpr std::int64_t kSecond = 2;
constexpr std::int64_t kRow = 7;
constexpr std::int64_t kOtherRow = 8;

Unit wrote(Told told, int effects, std::string key = {}) {
    return {.told = told, .effects = effects, .key = std::move(key)};
}

TEST(Judge, finds_nothing_where_all_is_well) {
    const History told{{{kFirst, wrote(Told::done, 1)}, {kSecond, wrote(Told::rolled_back, 3)}}};
    const Holds holds{{{kFirst, kRow, 0, 10}}, {{kRow, 10}}};

    EXPECT_THAT(judge(told, holds), IsEmpty());
}

TEST(Judge, lets_what_nobody_was_told_of_be_there_or_not) {
    const History told{{{kFirst, wrote(Told::nothing, 1)}, {kSecond, wrote(Told::nothing, 1)}}};
    const Holds holds{{{kFirst, kRow, 0, 10}}, {{kRow, 10}}};

    EXPECT_THAT(judge(told, holds), IsEmpty());
}

TEST(Judge, finds_what_was_acknowledged_and_is_lost) {
    const History told{{{kFirst, wrote(Told::done, 1)}}};

    EXPECT_THAT(judge(told, {}), Contains("lost: unit 1"));
}

TEST(Judge, finds_what_is_there_in_part) {
    const History told{{{kFirst, wrote(Told::nothing, 2)}}};
    const Holds holds{{{kFirst, kRow, 0, 10}}, {{kRow, 10}}};

    EXPECT_THAT(judge(told, holds), Contains("partial: unit 1"));
}

TEST(Judge, finds_what_was_called_rolled_back_and_is_there) {
    const History told{{{kFirst, wrote(Told::rolled_back, 1)}}};
    const Holds holds{{{kFirst, kRow, 0, 10}}, {{kRow, 10}}};

    EXPECT_THAT(judge(told, holds), Contains("zombie: unit 1"));
}

TEST(Judge, finds_a_key_that_was_executed_twice) {
    const History told{{{kFirst, wrote(Told::nothing, 1, "k")}, {kSecond, wrote(Told::done, 1, "k")}}};
    const Holds holds{{{kFirst, kRow, 0, 10}, {kSecond, kRow, 10, 20}}, {{kRow, 20}}};

    EXPECT_THAT(judge(told, holds), Contains("executed twice: key k"));
}

TEST(Judge, finds_a_key_whose_answer_has_nothing_behind_it) {
    const History told{.units = {{kFirst, wrote(Told::nothing, 1, "k")}}, .answered_keys = {{"k", true}}};

    EXPECT_THAT(judge(told, {}), Contains("lost: key k"));
}

TEST(Judge, finds_a_lost_update) {
    const History told{{{kFirst, wrote(Told::done, 1)}, {kSecond, wrote(Told::done, 1)}}};
    const Holds holds{{{kFirst, kRow, 0, 10}, {kSecond, kRow, 0, 20}}, {{kRow, 20}}};

    EXPECT_THAT(judge(told, holds), Contains("lost update: unit 2"));
}

TEST(Judge, finds_a_read_of_what_was_never_committed) {
    const History told{{{kFirst, wrote(Told::rolled_back, 1)}, {kSecond, wrote(Told::done, 1)}}};
    const Holds holds{{{kSecond, kRow, 10, 20}}, {{kRow, 20}}};

    EXPECT_THAT(judge(told, holds), Contains("dirty read: unit 2"));
}

TEST(Judge, finds_a_reply_that_shows_what_is_not_kept) {
    Unit reader = wrote(Told::done, 0);
    reader.seen = {{kRow, 10}};
    const History told{{{kFirst, wrote(Told::nothing, 1)}, {kSecond, reader}}};

    EXPECT_THAT(judge(told, {}), Contains("shown but not kept: unit 2"));
}

TEST(Judge, finds_a_snapshot_of_two_moments) {
    Unit reader = wrote(Told::done, 0);
    reader.seen = {{kRow, 10}, {kOtherRow, 0}};
    const History told{{{kFirst, wrote(Told::done, 2)}, {kSecond, reader}}};
    const Holds holds{{{kFirst, kRow, 0, 10}, {kFirst, kOtherRow, 0, 11}}, {{kRow, 10}, {kOtherRow, 11}}};

    EXPECT_THAT(judge(told, holds), Contains("torn snapshot: unit 2"));
}

TEST(Judge, finds_a_row_that_nobody_wrote) {
    const History told{{{kFirst, wrote(Told::done, 1)}}};
    const Holds holds{{{kFirst, kRow, 0, 10}}, {{kRow, 11}}};

    EXPECT_THAT(judge(told, holds), Contains("row: 7"));
}

}  // namespace
}  // namespace skep::store
