#include "skep/json.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace skep {
namespace {

std::string again(std::string_view text) {
    const Result<Json> value = Json::parse(text);
    return value ? value->dump() : value.error().code + ": " + value.error().message;
}

std::string reason(std::string_view text) {
    const Result<Json> value = Json::parse(text);
    return value ? "no error: " + value->dump() : value.error().message;
}

TEST(Json, writes_an_object_in_the_order_it_was_made) {
    const Json user = Json::object({{"id", 1}, {"name", "alice"}, {"admin", false}, {"age", nullptr}});

    EXPECT_EQ(user.dump(), R"({"id":1,"name":"alice","admin":false,"age":null})");
}

TEST(Json, escapes_what_must_not_stand_in_a_string) {
    EXPECT_EQ(Json("a\"b\\c\nd\x01").dump(), R"("a\"b\\c\nd\u0001")");
}

TEST(Json, reads_what_it_writes) {
    EXPECT_EQ(again(R"( {"a" : [1, -2.5, true, null, "x"], "b":{}} )"), R"({"a":[1,-2.5,true,null,"x"],"b":{}})");
}

TEST(Json, keeps_integers_exact) {
    EXPECT_EQ(again("9223372036854775807"), "9223372036854775807");
    EXPECT_EQ(again("-9223372036854775808"), "-9223372036854775808");
}

TEST(Json, reads_an_integer_that_does_not_fit_as_a_double) {
    EXPECT_EQ(Json::parse("9223372036854775808")->as_integer(), std::nullopt);
    EXPECT_DOUBLE_EQ(*Json::parse("9223372036854775808")->as_number(), 9223372036854775808.0);
}

TEST(Json, decodes_escapes_and_surrogate_pairs) {
    EXPECT_EQ(*Json::parse(R"("\u00e9\ud83d\ude00\t")")->as_string(), "\xC3\xA9\xF0\x9F\x98\x80\t");
}

TEST(Json, refuses_half_of_a_surrogate_pair) {
    EXPECT_EQ(reason(R"("\ud83d")"), "half of a surrogate pair at offset 7");
    EXPECT_EQ(reason(R"("\ude00")"), "half of a surrogate pair at offset 7");
}

TEST(Json, refuses_text_that_is_not_utf8) {
    EXPECT_EQ(reason("\"\xC0\xAF\""), "a string is not UTF-8 at offset 4");
    EXPECT_EQ(reason("\"\xED\xA0\x80\""), "a string is not UTF-8 at offset 5");
}

TEST(Json, refuses_a_multibyte_sequence_that_the_quote_cuts) {
    EXPECT_EQ(reason("\"\xE2\x82\""), "a string is not UTF-8 at offset 4");
}

TEST(Json, refuses_the_same_key_twice) {
    EXPECT_EQ(reason(R"({"a":1,"a":2})"), "the same key twice at offset 10");
}

TEST(Json, refuses_what_follows_the_value) {
    EXPECT_EQ(reason("1 2"), "something follows the value at offset 2");
}

TEST(Json, refuses_an_empty_text) {
    EXPECT_EQ(reason(""), "expected a value at offset 0");
}

TEST(Json, refuses_leading_zeros_and_bare_points) {
    EXPECT_EQ(reason("01"), "something follows the value at offset 1");
    EXPECT_EQ(reason("1."), "digits must follow '.' at offset 2");
    EXPECT_EQ(reason(".5"), "expected a value at offset 0");
}

TEST(Json, refuses_numbers_beyond_a_double) {
    EXPECT_EQ(reason("1e999"), "a number is too large at offset 5");
}

TEST(Json, refuses_a_string_that_does_not_end) {
    EXPECT_EQ(reason("\"abc"), "a string does not end at offset 4");
}

TEST(Json, refuses_an_escape_at_the_end) {
    EXPECT_EQ(reason("\"\\"), "an unknown escape at offset 2");
}

TEST(Json, accepts_nesting_up_to_the_limit) {
    const std::string text = std::string(64, '[') + std::string(64, ']');

    EXPECT_EQ(again(text), text);
}

TEST(Json, refuses_nesting_beyond_the_limit) {
    EXPECT_EQ(reason(std::string(100'000, '[')), "nested too deeply at offset 65");
}

TEST(Json, finds_members_of_objects_only) {
    const Json user = Json::object({{"id", 1}});

    EXPECT_EQ(user.find("id")->as_integer(), 1);
    EXPECT_EQ(user.find("name"), nullptr);
    EXPECT_EQ(Json("text").find("id"), nullptr);
}

TEST(Json, sets_a_member_in_place) {
    Json user = Json::object({{"id", 1}, {"name", "alice"}});

    user.set("id", 2).set("age", 30);

    EXPECT_EQ(user.dump(), R"({"id":2,"name":"alice","age":30})");
}

TEST(Json, writes_a_number_that_is_none_as_null) {
    EXPECT_EQ(Json(std::numeric_limits<double>::infinity()).dump(), "null");
}

}  // namespace
}  // namespace skep
