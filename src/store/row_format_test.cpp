#include "store/row_format.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace skep::store {
namespace {

using namespace std::string_literals;

TEST(RowFormat, params_keep_every_type_of_value) {
    RowWriter writer;
    writer.begin_params(5);
    writer.null();
    writer.integer(std::numeric_limits<std::int64_t>::min());
    writer.real(-0.5);
    writer.text("naïve");
    writer.blob("\0\xFF"s);
    const std::string bytes = std::move(writer).take();

    auto reader = RowReader::params(bytes).value();

    EXPECT_EQ(reader.count(), 5U);
    EXPECT_EQ(reader.next().value(), Value(Null{}));
    EXPECT_EQ(reader.next().value(), Value(std::numeric_limits<std::int64_t>::min()));
    EXPECT_EQ(reader.next().value(), Value(-0.5));
    EXPECT_EQ(reader.next().value(), Value("naïve"));
    EXPECT_EQ(reader.next().value(), Value(Blob{std::string_view("\0\xFF", 2)}));
    EXPECT_TRUE(reader.at_end());
}

TEST(RowFormat, rows_begin_with_the_names_of_their_columns) {
    RowWriter writer;
    writer.begin_rows({"id", "name"});
    writer.integer(7);
    writer.text("Ann");
    const std::string bytes = std::move(writer).take();

    auto reader = RowReader::rows(bytes).value();

    EXPECT_EQ(reader.names(), (std::vector<std::string_view>{"id", "name"}));
    EXPECT_EQ(reader.next().value(), Value(std::int64_t{7}));
    EXPECT_EQ(reader.next().value(), Value("Ann"));
    EXPECT_TRUE(reader.at_end());
}

TEST(RowFormat, a_small_integer_takes_one_byte_beside_its_tag) {
    RowWriter writer;
    writer.integer(-3);

    EXPECT_EQ(std::move(writer).take(), "\x01\x05");
}

TEST(RowFormat, another_version_is_refused) {
    EXPECT_EQ(RowReader::params("\x02\x01\x01").error().name(), "row_format_invalid");
}

TEST(RowFormat, empty_bytes_are_refused) {
    EXPECT_EQ(RowReader::params("").error().name(), "row_format_invalid");
}

TEST(RowFormat, a_text_that_claims_more_than_there_is_is_refused) {
    auto reader = RowReader::params("\x01\x01\x03\x7Fxy").value();

    EXPECT_EQ(reader.next().error().name(), "row_format_invalid");
}

TEST(RowFormat, a_number_of_more_than_64_bits_is_refused) {
    auto reader = RowReader::params("\x01\x01\x01\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x02").value();

    EXPECT_EQ(reader.next().error().name(), "row_format_invalid");
}

TEST(RowFormat, an_unknown_type_is_refused) {
    auto reader = RowReader::params("\x01\x01\x09").value();

    EXPECT_EQ(reader.next().error().name(), "row_format_invalid");
}

TEST(RowFormat, a_value_that_is_missing_is_refused) {
    auto reader = RowReader::params("\x01\x01").value();

    EXPECT_EQ(reader.next().error().name(), "row_format_invalid");
}

}  // namespace
}  // namespace skep::store
