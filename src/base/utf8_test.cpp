#include "base/utf8.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(Utf8, takes_text_of_every_length_of_sequence) {
    EXPECT_TRUE(is_utf8(""));
    EXPECT_TRUE(is_utf8("plain"));
    EXPECT_TRUE(is_utf8("\xC3\xBC \xE2\x82\xAC \xF0\x9F\x90\x9D"));
}

TEST(Utf8, refuses_bytes_that_begin_nothing) {
    EXPECT_FALSE(is_utf8("a\x80"));
    EXPECT_FALSE(is_utf8("\xFF"));
    EXPECT_FALSE(is_utf8("\xF5\x80\x80\x80"));
}

TEST(Utf8, refuses_a_sequence_that_is_cut) {
    EXPECT_FALSE(is_utf8("\xC3"));
    EXPECT_FALSE(is_utf8("\xE2\x82"));
    EXPECT_FALSE(is_utf8("\xF0\x9F\x90"));
}

TEST(Utf8, refuses_overlong_forms_and_surrogates) {
    EXPECT_FALSE(is_utf8("\xC0\xAF"));
    EXPECT_FALSE(is_utf8("\xE0\x80\xAF"));
    EXPECT_FALSE(is_utf8("\xED\xA0\x80"));
}

TEST(Utf8, tells_the_size_of_the_first_sequence) {
    EXPECT_EQ(utf8_sequence_size(""), 0U);
    EXPECT_EQ(utf8_sequence_size("ab"), 1U);
    EXPECT_EQ(utf8_sequence_size("\xE2\x82\xAC!"), 3U);
}

}  // namespace
}  // namespace skep
