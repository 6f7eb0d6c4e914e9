#include "host/detail/placeholders.hpp"

#include <gtest/gtest.h>

namespace skep::host {
namespace {

TEST(Placeholders, are_numbered_by_what_they_say) {
    EXPECT_EQ(with_numbered_placeholders("SELECT $2, $1 WHERE a=$10"), "SELECT ?2, ?1 WHERE a=?10");
}

TEST(Placeholders, of_SQLite_stay) {
    EXPECT_EQ(with_numbered_placeholders("SELECT ?, ?2, :a, @b, $c"), "SELECT ?, ?2, :a, @b, $c");
}

TEST(Placeholders, in_texts_and_quoted_names_are_none) {
    EXPECT_EQ(with_numbered_placeholders("SELECT '$1', \"$1\", `$1`, [$1]"), "SELECT '$1', \"$1\", `$1`, [$1]");
    EXPECT_EQ(with_numbered_placeholders("SELECT 'it''s $1', $1"), "SELECT 'it''s $1', ?1");
}

TEST(Placeholders, in_comments_are_none) {
    EXPECT_EQ(with_numbered_placeholders("SELECT -- $1\n $1 /* $1 */"), "SELECT -- $1\n ?1 /* $1 */");
}

TEST(Placeholders, in_names_are_none) {
    EXPECT_EQ(with_numbered_placeholders("SELECT a$1, $1a, :b$1, \xC3\xA4$1"), "SELECT a$1, $1a, :b$1, \xC3\xA4$1");
}

TEST(Placeholders, after_an_unended_text_are_none) {
    EXPECT_EQ(with_numbered_placeholders("SELECT '$1"), "SELECT '$1");
    EXPECT_EQ(with_numbered_placeholders("SELECT /* $1"), "SELECT /* $1");
}

}  // namespace
}  // namespace skep::host
