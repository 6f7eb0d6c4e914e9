#include "store/detail/sql/tokenizer.hpp"

#include <string>

#include <gtest/gtest.h>

namespace skep::store {
namespace {

// The tokens of `sql`, each by the first letter of its kind and its text.
std::string cut(std::string_view sql) {
    constexpr std::string_view kLetters = "wqsbnp;-!";
    std::string text;
    Tokenizer tokens(sql);
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
        text += text.empty() ? "" : " ";
        text += kLetters[static_cast<std::size_t>(token.kind)];
        text += token.text;
    }
    return text;
}

TEST(Tokenizer, cuts_words_and_symbols) {
    EXPECT_EQ(cut("SELECT a.b,c FROM t"), "wSELECT wa -. wb -, wc wFROM wt");
}

TEST(Tokenizer, an_empty_text_has_no_token) {
    EXPECT_EQ(cut(" \t\r\n"), "");
}

TEST(Tokenizer, a_doubled_quote_stays_in_its_string) {
    EXPECT_EQ(cut("'it''s' x"), "s'it''s' wx");
}

TEST(Tokenizer, a_backslash_escapes_nothing) {
    EXPECT_EQ(cut(R"('a\' b)"), R"(s'a\' wb)");
}

TEST(Tokenizer, names_may_stand_in_three_kinds_of_quotes) {
    EXPECT_EQ(cut(R"("a""b" `c``d` [e]f])"), R"(q"a""b" q`c``d` q[e] wf !])");
}

TEST(Tokenizer, an_unclosed_quote_is_illegal_to_the_end) {
    EXPECT_EQ(cut("'abc"), "!'abc");
    EXPECT_EQ(cut("[abc"), "![abc");
}

TEST(Tokenizer, skips_comments_of_both_kinds) {
    EXPECT_EQ(cut("a -- b\nc /* d\n*/ e /**/f"), "wa wc we wf");
}

TEST(Tokenizer, an_unclosed_comment_goes_to_the_end) {
    EXPECT_EQ(cut("a /* b"), "wa");
}

TEST(Tokenizer, a_comment_does_not_nest) {
    EXPECT_EQ(cut("/* /* */ a */"), "wa -* -/");
}

TEST(Tokenizer, a_slash_and_a_star_at_the_end_are_no_comment) {
    EXPECT_EQ(cut("a/*"), "wa -/ -*");
}

TEST(Tokenizer, a_comment_sign_in_quotes_is_text) {
    EXPECT_EQ(cut("'--' \"/*\""), "s'--' q\"/*\"");
}

TEST(Tokenizer, an_arrow_is_no_comment) {
    EXPECT_EQ(cut("a->>'b'"), "wa -- -> -> s'b'");
}

TEST(Tokenizer, a_blob_needs_an_even_number_of_digits) {
    EXPECT_EQ(cut("x'00fF' X'0' y"), "bx'00fF' !X'0' wy");
}

TEST(Tokenizer, numbers_of_every_form) {
    EXPECT_EQ(cut("1 .5 1.5e-7 0xFf 1_000 2.e3"), "n1 n.5 n1.5e-7 n0xFf n1_000 n2.e3");
}

TEST(Tokenizer, a_number_that_runs_into_a_word_is_illegal) {
    EXPECT_EQ(cut("1a 1e+ROLLBACK"), "!1a !1e -+ wROLLBACK");
}

TEST(Tokenizer, parameters_of_every_form) {
    EXPECT_EQ(cut("? ?12 $1 :name @name $a::b(c) #x"), "p? p?12 p$1 p:name p@name p$a::b(c) p#x");
}

TEST(Tokenizer, a_lone_sign_of_a_parameter_is_illegal) {
    EXPECT_EQ(cut(": a"), "!: wa");
}

TEST(Tokenizer, names_may_hold_any_letter_beyond_ascii) {
    EXPECT_EQ(cut("grün€1"), "wgrün€1");
}

TEST(Tokenizer, a_byte_order_mark_is_a_space_where_a_token_begins) {
    EXPECT_EQ(cut("\xEF\xBB\xBF"
                  "a b\xEF\xBB\xBF"),
              "wa wb\xEF\xBB\xBF");
}

TEST(Tokenizer, a_control_character_is_illegal) {
    EXPECT_EQ(cut("a\x01"), "wa !\x01");
}

TEST(Tokenizer, words_compare_without_case) {
    EXPECT_TRUE(is_word({TokenKind::word, "RollBack"}, "ROLLBACK"));
    EXPECT_FALSE(is_word({TokenKind::quoted, "ROLLBACK"}, "ROLLBACK"));
}

}  // namespace
}  // namespace skep::store
