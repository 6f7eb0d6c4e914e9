#include "skep/detail/sql_convert.hpp"

#include <gmock/gmock.h>

namespace skep::sql {
namespace {

using testing::HasSubstr;

TEST(SqlParams, are_made_of_plain_types) {
    EXPECT_EQ(detail::to_value(nullptr), Value(nullptr));
    EXPECT_EQ(detail::to_value(true), Value(std::int64_t{1}));
    EXPECT_EQ(detail::to_value(7u), Value(std::int64_t{7}));
    EXPECT_EQ(detail::to_value(1.5f), Value(1.5));
    EXPECT_EQ(detail::to_value("tea"), Value(std::string("tea")));
    EXPECT_EQ(detail::to_value(std::string_view("tea")), Value(std::string("tea")));
    EXPECT_EQ(detail::to_value(Blob{"x"}), Value(Blob{"x"}));
}

TEST(SqlParams, of_optionals_are_null_where_there_is_nothing) {
    EXPECT_EQ(detail::to_value(std::optional<int>()), Value(nullptr));
    EXPECT_EQ(detail::to_value(std::optional<int>(3)), Value(std::int64_t{3}));
}

TEST(SqlRows, become_tuples) {
    const Row row{std::int64_t{1}, std::string("tea"), 2.5, nullptr, Blob{"x"}, std::int64_t{0}};

    const auto columns = detail::to_tuple<int, std::string, double, std::optional<std::string>, Blob, bool>(
        {"id", "name", "price", "note", "image", "sold"}, row);

    EXPECT_EQ(*columns, std::make_tuple(1, std::string("tea"), 2.5, std::optional<std::string>(), Blob{"x"}, false));
}

TEST(SqlRows, refuse_null_where_it_is_not_expected) {
    const auto columns = detail::to_tuple<std::string>({"name"}, {nullptr});

    EXPECT_EQ(columns.error().code, "sql_type");
    EXPECT_THAT(columns.error().message, HasSubstr("column 'name' is null"));
}

TEST(SqlRows, refuse_another_number_of_columns) {
    const auto columns = detail::to_tuple<int, int>({"id"}, {std::int64_t{1}});

    EXPECT_EQ(columns.error().message, "the row has 1 columns, not 2");
}

TEST(SqlRows, refuse_an_integer_that_does_not_fit) {
    EXPECT_FALSE((detail::to_tuple<std::uint8_t>({"n"}, {std::int64_t{256}})));
    EXPECT_FALSE((detail::to_tuple<unsigned>({"n"}, {std::int64_t{-1}})));
}

TEST(SqlRows, take_large_integers_that_came_as_text) {
    const auto columns = detail::to_tuple<std::int64_t>({"n"}, {std::string("9007199254740993")});

    EXPECT_EQ(*columns, std::make_tuple(std::int64_t{9007199254740993}));
}

TEST(SqlRows, refuse_texts_for_integers) {
    EXPECT_FALSE((detail::to_tuple<std::int64_t>({"n"}, {std::string("12")})));
    EXPECT_FALSE((detail::to_tuple<std::int64_t>({"n"}, {std::string("9007199254740993x")})));
}

}  // namespace
}  // namespace skep::sql
