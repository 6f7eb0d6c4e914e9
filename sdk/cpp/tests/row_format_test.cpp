#include "skep/detail/row_format.hpp"

#include <limits>

#include <gmock/gmock.h>

namespace skep::sql::detail {
namespace {

using namespace std::string_view_literals;
using testing::ElementsAre;

TEST(RowFormat, writes_parameters) {
    const std::vector<Value> params{nullptr, std::int64_t{-1}, 1.0, std::string("tea"), Blob{"\xFF"}};

    EXPECT_EQ(RowEncoder::params(params), "\1\5\0\1\1\2\0\0\0\0\0\0\xF0\x3F\3\3tea\4\1\xFF"sv);
}

TEST(RowFormat, writes_integers_of_64_bits) {
    constexpr std::int64_t kSmallest = std::numeric_limits<std::int64_t>::min();

    EXPECT_EQ(RowEncoder::params({kSmallest}), "\1\1\1\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\1"sv);
}

TEST(RowFormat, reads_rows) {
    const auto rows = RowDecoder::rows("\1\2\2id\4name\1\2\3\3tea\1\4\0"sv);

    EXPECT_THAT(rows->names, ElementsAre("id", "name"));
    EXPECT_THAT(rows->rows, ElementsAre(Row{std::int64_t{1}, std::string("tea")}, Row{std::int64_t{2}, nullptr}));
}

TEST(RowFormat, reads_reals_and_bytes) {
    const auto rows = RowDecoder::rows("\1\2\1a\1b\2\0\0\0\0\0\0\xF0\x3F\4\1\xFF"sv);

    EXPECT_THAT(rows->rows, ElementsAre(Row{1.0, Blob{"\xFF"}}));
}

TEST(RowFormat, refuses_what_is_cut_or_unknown) {
    EXPECT_FALSE(RowDecoder::rows(""));
    EXPECT_FALSE(RowDecoder::rows("\2\0"sv));
    EXPECT_FALSE(RowDecoder::rows("\1\1\2i"sv));
    EXPECT_FALSE(RowDecoder::rows("\1\1\1a\3\3te"sv));
    EXPECT_FALSE(RowDecoder::rows("\1\2\1a\1b\0"sv));
    EXPECT_FALSE(RowDecoder::rows("\1\1\1a\5"sv));
    EXPECT_FALSE(RowDecoder::rows("\1\0\0"sv));
    EXPECT_FALSE(RowDecoder::rows("\1\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\1"sv));
}

}  // namespace
}  // namespace skep::sql::detail
