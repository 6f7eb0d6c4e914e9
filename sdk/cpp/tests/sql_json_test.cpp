#include "skep/detail/sql_json.hpp"

#include <gmock/gmock.h>

namespace skep::sql::detail {
namespace {

using testing::ElementsAre;

TEST(SqlJson, writes_parameters) {
    const std::vector<Value> params{nullptr, std::int64_t{-1}, 1.5, std::string("tea"), Blob{"\xFB\xFF"}};

    EXPECT_EQ(array_of(params), R"([null,-1,1.5,"tea",{"base64":"+/8="}])");
}

TEST(SqlJson, writes_whole_reals_so_that_they_stay_reals) {
    EXPECT_EQ(json_of(2.0), "2.0");
    EXPECT_EQ(json_of(1e300), "1e+300");
}

TEST(SqlJson, reads_rows) {
    const auto rows = rows_of(R"([{"id":1,"price":2.0,"image":{"base64":"+/8="}},{"id":2,"price":null,"image":"x"}])");

    EXPECT_THAT(rows->names, ElementsAre("id", "price", "image"));
    EXPECT_THAT(rows->rows, ElementsAre(Row{std::int64_t{1}, 2.0, Blob{"\xFB\xFF"}},
                                        Row{std::int64_t{2}, nullptr, std::string("x")}));
}

TEST(SqlJson, reads_what_a_statement_did) {
    const auto executed = executed_of(R"({"rows_affected":2,"last_insert_id":"9007199254740993"})");

    EXPECT_EQ(executed->rows_affected, 2);
    EXPECT_EQ(executed->last_insert_id, 9007199254740993);
}

TEST(SqlJson, refuses_what_is_no_array_of_objects) {
    EXPECT_FALSE(rows_of("{}"));
    EXPECT_FALSE(rows_of("[1]"));
    EXPECT_FALSE(rows_of("["));
    EXPECT_FALSE(executed_of("[]"));
    EXPECT_FALSE(texts_of("{}"));
}

TEST(SqlJson, reads_keys) {
    EXPECT_THAT(*texts_of(R"(["a","b"])"), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace skep::sql::detail
