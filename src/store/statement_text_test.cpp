#include "store/statement_text.hpp"

#include <gtest/gtest.h>

namespace skep::store {
namespace {

TEST(StatementText, shows_words_and_no_values) {
    EXPECT_EQ(statement_text("SELECT name\n  FROM users -- of a shop\n WHERE id=?1 AND pin = '1234'", 256),
              "SELECT name FROM users WHERE id = ?1 AND pin = ?");
    EXPECT_EQ(statement_text("INSERT INTO t VALUES (17, x'AB', :name)", 256), "INSERT INTO t VALUES ( ? , ? , :name )");
}

TEST(StatementText, shows_nothing_of_a_text_that_never_ends) {
    EXPECT_EQ(statement_text("SELECT 'my password", 256), "SELECT ?");
}

TEST(StatementText, ends_where_it_is_too_long) {
    EXPECT_EQ(statement_text("SELECT one, two, three", 12), "SELECT one , …");
    EXPECT_EQ(statement_text("", 12), "");
}

}  // namespace
}  // namespace skep::store
