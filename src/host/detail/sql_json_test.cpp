#include "host/detail/sql_json.hpp"

#include <limits>

#include <gmock/gmock.h>

#include "store/row_format.hpp"

namespace skep::host {
namespace {

using store::Blob;
using store::Null;
using store::RowWriter;
using store::Value;
using testing::ElementsAre;
using testing::HasSubstr;

// The JSON of one row with one column, `v`.
std::string json_of(const Value& value) {
    RowWriter rows;
    rows.begin_rows({"v"});
    rows.value(value);
    return json_of_rows(std::move(rows).take()).value();
}

std::vector<Value> values_in(std::string_view params) {
    store::RowReader reader = store::RowReader::params(params).value();
    std::vector<Value> values;
    while (!reader.at_end())
        values.push_back(reader.next().value());
    EXPECT_EQ(values.size(), reader.count());
    return values;
}

std::string refusal_of(std::string_view json) {
    const auto params = params_of_json(json);
    return params ? "none" : params.error().to_string();
}

TEST(RowsAsJson, have_one_object_a_row) {
    RowWriter rows;
    rows.begin_rows({"id", "name"});
    rows.integer(1);
    rows.text("tea");
    rows.integer(2);
    rows.text("cup");

    EXPECT_EQ(json_of_rows(std::move(rows).take()).value(), R"([{"id":1,"name":"tea"},{"id":2,"name":"cup"}])");
}

TEST(RowsAsJson, are_an_empty_array_without_rows) {
    RowWriter rows;
    rows.begin_rows({"id"});

    EXPECT_EQ(json_of_rows(std::move(rows).take()).value(), "[]");
}

TEST(RowsAsJson, give_integers_beyond_2_to_the_53_as_text) {
    EXPECT_EQ(json_of(std::int64_t{9007199254740992}), R"([{"v":9007199254740992}])");
    EXPECT_EQ(json_of(std::int64_t{9007199254740993}), R"([{"v":"9007199254740993"}])");
    EXPECT_EQ(json_of(std::int64_t{-9007199254740993}), R"([{"v":"-9007199254740993"}])");
}

TEST(RowsAsJson, give_reals_so_that_they_are_told_from_integers) {
    EXPECT_EQ(json_of(1.0), R"([{"v":1.0}])");
    EXPECT_EQ(json_of(0.1), R"([{"v":0.1}])");
    EXPECT_EQ(json_of(1e300), R"([{"v":1e+300}])");
    EXPECT_EQ(json_of(std::numeric_limits<double>::infinity()), R"([{"v":"Infinity"}])");
}

TEST(RowsAsJson, escape_texts) {
    EXPECT_EQ(json_of("a\"b\\c\n\x01"), R"([{"v":"a\"b\\c\u000a\u0001"}])");
}

TEST(RowsAsJson, give_bytes_and_what_is_no_text_as_base64) {
    EXPECT_EQ(json_of(Blob{"\xFB\xFF"}), R"([{"v":{"base64":"+/8="}}])");
    EXPECT_EQ(json_of("\xFB\xFF"), R"([{"v":{"base64":"+/8="}}])");
}

TEST(RowsAsJson, give_no_name_twice) {
    RowWriter rows;
    rows.begin_rows({"id", "id", "id:1", "id"});
    rows.integer(1);
    rows.integer(2);
    rows.integer(3);
    rows.integer(4);

    EXPECT_EQ(json_of_rows(std::move(rows).take()).value(), R"([{"id":1,"id:1":2,"id:1:1":3,"id:2":4}])");
}

TEST(RowsAsJson, are_refused_where_they_are_too_large) {
    RowWriter rows;
    rows.begin_rows({"v"});
    rows.text(std::string(5 << 20, 'x'));

    EXPECT_EQ(json_of_rows(std::move(rows).take()).error().name(), "result_too_large");
}

TEST(RowsAsJson, are_refused_where_a_name_is_no_text) {
    EXPECT_EQ(json_of_rows("\1\1\1\xFF").error().name(), "row_format_invalid");
}

TEST(ParamsOfJson, take_every_kind_of_value) {
    const std::string params =
        params_of_json(R"( [null, -7, 1.5, 1.0, "tea", true, false, {"base64": "+/8="}] )").value();

    EXPECT_THAT(values_in(params), ElementsAre(Null{}, std::int64_t{-7}, 1.5, 1.0, std::string_view("tea"),
                                               std::int64_t{1}, std::int64_t{0}, Blob{"\xFB\xFF"}));
}

TEST(ParamsOfJson, are_none_in_an_empty_text) {
    EXPECT_THAT(values_in(params_of_json("").value()), ElementsAre());
    EXPECT_THAT(values_in(params_of_json("[]").value()), ElementsAre());
}

TEST(ParamsOfJson, keep_integers_of_64_bits_and_every_bit_of_a_real) {
    const std::string params = params_of_json("[9223372036854775807, -9223372036854775808, 0.1, 1e-400]").value();

    EXPECT_THAT(values_in(params), ElementsAre(std::numeric_limits<std::int64_t>::max(),
                                               std::numeric_limits<std::int64_t>::min(), 0.1, 0.0));
}

TEST(ParamsOfJson, keep_escaped_texts) {
    const std::string params = params_of_json(R"(["a\"\u00e4\u0000b"])").value();

    EXPECT_THAT(values_in(params), ElementsAre(std::string_view("a\"\xC3\xA4\0b", 6)));
}

TEST(ParamsOfJson, refuse_numbers_that_nothing_holds) {
    EXPECT_EQ(refusal_of("[9223372036854775808]"), "sql_params: parameter 1 is an integer of more than 64 bits");
    EXPECT_EQ(refusal_of("[1, 99999999999999999999]"), "sql_params: parameter 2 is an integer of more than 64 bits");
    EXPECT_EQ(refusal_of("[1e400]"), "sql_params: parameter 1 is a number that is too large");
}

TEST(ParamsOfJson, refuse_nested_values) {
    EXPECT_EQ(refusal_of("[[1]]"), "sql_params: parameter 1 is an array");
    EXPECT_EQ(refusal_of("[[[[[[[[1]]]]]]]]"), "sql_params: parameter 1 is an array");
    EXPECT_EQ(refusal_of(R"([{"base64":{"a":1}}])"), "sql_params: parameter 1 is an object");
}

TEST(ParamsOfJson, refuse_every_object_but_that_of_bytes) {
    constexpr std::string_view kRefusal = R"(sql_params: parameter 1 is an object other than {"base64": …})";
    EXPECT_EQ(refusal_of("[{}]"), kRefusal);
    EXPECT_EQ(refusal_of(R"([{"a":"b"}])"), kRefusal);
    EXPECT_EQ(refusal_of(R"([{"base64":1}])"), kRefusal);
    EXPECT_EQ(refusal_of(R"([{"base64":"","base64":""}])"), kRefusal);
    EXPECT_EQ(refusal_of(R"([{"base64":"?"}])"), "sql_params: parameter 1 is base64 that is none");
}

TEST(ParamsOfJson, refuse_what_is_no_array) {
    EXPECT_EQ(refusal_of("1"), "sql_params: the parameters are no JSON array");
    EXPECT_EQ(refusal_of(R"({"a":1})"), "sql_params: the parameters are no JSON array");
    EXPECT_THAT(refusal_of("[1"), HasSubstr("sql_params: the parameters are no JSON array: "));
    EXPECT_THAT(refusal_of("[1] [2]"), HasSubstr("sql_params: the parameters are no JSON array: "));
    EXPECT_THAT(refusal_of("[1,]"), HasSubstr("sql_params: the parameters are no JSON array: "));
    EXPECT_THAT(refusal_of("[\"\xFF\"]"), HasSubstr("sql_params: the parameters are no JSON array: "));
}

TEST(ExecutedAsJson, gives_large_ids_as_text) {
    EXPECT_EQ(json_of_executed(2, 9007199254740993), R"({"rows_affected":2,"last_insert_id":"9007199254740993"})");
}

}  // namespace
}  // namespace skep::host
