#include "store/detail/sql/tokenizer.hpp"

#include <algorithm>

namespace skep::store {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}
bool is_hex_digit(char c) {
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
// What a name may go on with. SQLite takes every byte above ASCII.
bool is_name_character(char c) {
    return is_letter(c) || is_digit(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}
bool is_space(char c) {
    return c == ' ' || (c >= '\t' && c <= '\r');
}
char upper(char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kSymbols = "-()+*/%=<>!|,&~.";

}  // namespace

Token Tokenizer::next() {
    while (skip_blank() || skip_comment()) {
    }
    const std::size_t start = at_;
    const TokenKind kind = take();
    return {kind, sql_.substr(start, at_ - start)};
}

bool Tokenizer::skip_blank() {
    if (is_space(at(at_)))
        ++at_;
    else if (sql_.substr(at_).starts_with(kByteOrderMark))
        at_ += kByteOrderMark.size();
    else
        return false;
    return true;
}

bool Tokenizer::skip_comment() {
    const std::string_view rest = sql_.substr(at_);
    if (rest.starts_with("--")) {
        at_ = std::min(sql_.find('\n', at_), sql_.size());
        return true;
    }
    // An unclosed comment goes to the end; "/*" as the last two characters is none.
    if (rest.starts_with("/*") && rest.size() > 2) {
        const std::size_t close = sql_.find("*/", at_ + 2);
        at_ = close == std::string_view::npos ? sql_.size() : close + 2;
        return true;
    }
    return false;
}

TokenKind Tokenizer::take() {
    if (at_ == sql_.size())
        return TokenKind::end;
    const char first = sql_[at_];
    const char second = at(at_ + 1);
    if (is_digit(first) || (first == '.' && is_digit(second)))
        return take_number();
    if ((first == 'x' || first == 'X') && second == '\'')
        return take_blob();
    if (first == '\'' || first == '"' || first == '`' || first == '[')
        return take_quoted(first);
    if (first == '$' || first == '@' || first == ':' || first == '#')
        return take_named_parameter();
    if (is_name_character(first)) {
        take_name_rest();
        return TokenKind::word;
    }
    ++at_;
    if (first == '?') {
        while (is_digit(at(at_)))
            ++at_;
        return TokenKind::parameter;
    }
    if (first == ';')
        return TokenKind::semicolon;
    return kSymbols.contains(first) ? TokenKind::symbol : TokenKind::illegal;
}

TokenKind Tokenizer::take_quoted(char delimiter) {
    const char close = delimiter == '[' ? ']' : delimiter;
    for (++at_; at_ < sql_.size(); ++at_) {
        if (sql_[at_] != close)
            continue;
        if (delimiter != '[' && at(at_ + 1) == close) {
            ++at_;
            continue;
        }
        ++at_;
        return delimiter == '\'' ? TokenKind::string : TokenKind::quoted;
    }
    return TokenKind::illegal;
}

// Digits may be parted by underscores; SQLite judges where.
void Tokenizer::take_digits() {
    while (is_digit(at(at_)) || at(at_) == '_')
        ++at_;
}

TokenKind Tokenizer::take_number() {
    if (sql_[at_] == '0' && upper(at(at_ + 1)) == 'X' && is_hex_digit(at(at_ + 2))) {
        for (at_ += 3; is_hex_digit(at(at_)) || at(at_) == '_'; ++at_) {
        }
        return take_name_rest() ? TokenKind::illegal : TokenKind::number;
    }
    take_digits();
    if (at(at_) == '.') {
        ++at_;
        take_digits();
    }
    const bool is_signed = at(at_ + 1) == '+' || at(at_ + 1) == '-';
    if (upper(at(at_)) == 'E' && is_digit(at(at_ + (is_signed ? 2 : 1)))) {
        at_ += 2;
        take_digits();
    }
    return take_name_rest() ? TokenKind::illegal : TokenKind::number;
}

// `$name`, `:name`, and, as SQLite has them from Tcl, `$a::b` and `$a(b)`.
TokenKind Tokenizer::take_named_parameter() {
    bool is_named = false;
    for (++at_; at_ < sql_.size(); ++at_) {
        if (is_name_character(sql_[at_])) {
            is_named = true;
        } else if (sql_[at_] == '(' && is_named) {
            while (at_ < sql_.size() && !is_space(sql_[at_]) && sql_[at_] != ')')
                ++at_;
            if (at(at_) != ')')
                return TokenKind::illegal;
            ++at_;
            break;
        } else if (sql_[at_] == ':' && at(at_ + 1) == ':') {
            ++at_;
        } else {
            break;
        }
    }
    return is_named ? TokenKind::parameter : TokenKind::illegal;
}

TokenKind Tokenizer::take_blob() {
    const std::size_t start = at_;
    for (at_ += 2; is_hex_digit(at(at_)); ++at_) {
    }
    const bool is_whole = at(at_) == '\'' && (at_ - start) % 2 == 0;
    at_ = std::min(sql_.find('\'', at_), sql_.size());
    if (at_ < sql_.size())
        ++at_;
    return is_whole ? TokenKind::blob : TokenKind::illegal;
}

bool Tokenizer::take_name_rest() {
    const std::size_t start = at_;
    while (is_name_character(at(at_)))
        ++at_;
    return at_ != start;
}

bool is_word(const Token& token, std::string_view word) {
    return token.kind == TokenKind::word &&
           std::ranges::equal(token.text, word, [](char a, char b) { return upper(a) == b; });
}

bool mentions(std::string_view sql, std::string_view word) {
    Tokenizer tokens(sql);
    Token token = tokens.next();
    while (token.kind != TokenKind::end && !is_word(token, word))
        token = tokens.next();
    return token.kind != TokenKind::end;
}

bool begins_with_ignoring_case(std::string_view text, std::string_view prefix) {
    return text.size() >= prefix.size() && std::ranges::equal(text.substr(0, prefix.size()), prefix,
                                                              [](char a, char b) { return upper(a) == upper(b); });
}

}  // namespace skep::store
