#pragma once
// Tokenizer: SQL cut into tokens as SQLite cuts it, so that rules can be held over words and never over text in quotes.

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace skep::store {

enum class TokenKind : std::uint8_t {
    word,       // a keyword or a bare name
    quoted,     // a name in "", `` or []
    string,     // '…'
    blob,       // x'…'
    number,     //
    parameter,  // ?, ?7, $1, :name, @name, #name
    semicolon,
    symbol,   // any other punctuation, one character each
    illegal,  // what SQLite refuses: an unclosed quote, a stray character
    end,
};

struct Token {
    TokenKind kind = TokenKind::end;
    std::string_view text;  // as written, with its quotes
};

// Skips spaces and comments. Never fails: what SQLite refuses is a token `illegal`.
class Tokenizer {
public:
    explicit Tokenizer(std::string_view sql) : sql_(sql) {}

    // `end` once the text is over, again and again.
    Token next();

private:
    char at(std::size_t index) const { return index < sql_.size() ? sql_[index] : '\0'; }
    bool skip_blank();
    bool skip_comment();
    TokenKind take();
    TokenKind take_quoted(char delimiter);
    TokenKind take_number();
    TokenKind take_named_parameter();
    TokenKind take_blob();
    void take_digits();
    bool take_name_rest();

    std::string_view sql_;
    std::size_t at_ = 0;
};

// Whether `token` is the bare word `word`, given in capitals.
bool is_word(const Token& token, std::string_view word);

// Whether `sql` has the bare word `word`, given in capitals.
bool mentions(std::string_view sql, std::string_view word);

// Whether `text` begins with `prefix`, given in lower case, whatever its letters' case.
bool begins_with_ignoring_case(std::string_view text, std::string_view prefix);

}  // namespace skep::store
