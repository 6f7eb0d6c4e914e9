#include "store/statement_text.hpp"

#include "store/detail/sql/tokenizer.hpp"

namespace skep::store {
namespace {

bool is_literal(TokenKind kind) {
    // What SQLite refuses may be a text whose quote is missing.
    return kind == TokenKind::string || kind == TokenKind::blob || kind == TokenKind::number ||
           kind == TokenKind::illegal;
}

}  // namespace

std::string statement_text(std::string_view sql, std::size_t limit) {
    std::string text;
    Tokenizer tokenizer(sql);
    for (Token token = tokenizer.next(); token.kind != TokenKind::end; token = tokenizer.next()) {
        const std::string_view shown = is_literal(token.kind) ? std::string_view("?") : token.text;
        if (text.size() + shown.size() + 1 > limit)
            return text + " …";
        if (!text.empty())
            text += ' ';
        text += shown;
    }
    return text;
}

}  // namespace skep::store
