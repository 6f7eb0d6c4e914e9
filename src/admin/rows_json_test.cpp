#include "admin/rows_json.hpp"

#include <boost/json/serialize.hpp>
#include <gtest/gtest.h>

#include "store/row_format.hpp"

namespace skep::admin {
namespace {

TEST(RowsJson, every_kind_of_value_keeps_its_meaning) {
    store::RowWriter out;
    out.begin_rows({"a", "b", "c", "d", "e"});
    out.null();
    out.integer(9'007'199'254'740'993);
    out.real(1.5);
    out.text("ä");
    out.blob(std::string_view("\x00\xff", 2));

    const auto rows = rows_to_json(std::move(out).take());

    ASSERT_TRUE(rows);
    EXPECT_EQ(boost::json::serialize(*rows),
              R"({"columns":["a","b","c","d","e"],"rows":[[null,9007199254740993,1.5E0,"ä","x'00ff'"]]})");
}

TEST(RowsJson, columns_are_there_without_a_row) {
    store::RowWriter out;
    out.begin_rows({"id"});

    EXPECT_EQ(boost::json::serialize(rows_to_json(std::move(out).take()).value()), R"({"columns":["id"],"rows":[]})");
}

TEST(RowsJson, what_json_cannot_say_becomes_text) {
    store::RowWriter out;
    out.begin_rows({"a"});
    out.real(std::numeric_limits<double>::infinity());
    out.text("\xff");

    EXPECT_EQ(boost::json::serialize(rows_to_json(std::move(out).take()).value().at("rows")), R"([["inf"],["x'ff'"]])");
}

TEST(RowsJson, refuses_what_is_no_rows) {
    EXPECT_EQ(rows_to_json("\xff\xff").error().name(), "row_format_invalid");
    EXPECT_EQ(rows_to_json("").error().name(), "row_format_invalid");
}

}  // namespace
}  // namespace skep::admin
