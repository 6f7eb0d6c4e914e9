#include "store/detail/sql/sql_rules.hpp"

#include <algorithm>
#include <array>

#include "base/utf8.hpp"
#include "store/detail/sql/tokenizer.hpp"

namespace skep::store {
namespace {

struct VerbRow {
    std::string_view word;
    Verb verb;
};
constexpr auto kVerbs = std::to_array<VerbRow>({
    {"SELECT", Verb::read},
    {"VALUES", Verb::read},
    {"PRAGMA", Verb::read},
    {"INSERT", Verb::insert},
    {"REPLACE", Verb::insert},
    {"UPDATE", Verb::update},
    {"DELETE", Verb::remove},
    {"CREATE", Verb::define},
    {"ALTER", Verb::define},
    {"DROP", Verb::drop},
});

// What nobody but the platform may run, and what to do instead.
struct RefusedRow {
    std::string_view word;
    std::string_view advice;
};
constexpr std::string_view kOwnTransaction = "the transaction is the handler's: it is committed when the handler ends";
constexpr std::string_view kOneTransaction = "each migration runs in one transaction, which is not its own to end";
constexpr auto kRefused = std::to_array<RefusedRow>({
    {"BEGIN", kOwnTransaction},
    {"COMMIT", kOwnTransaction},
    {"END", kOwnTransaction},
    {"ROLLBACK", kOwnTransaction},
    {"SAVEPOINT", kOwnTransaction},
    {"RELEASE", kOwnTransaction},
    {"ATTACH", "a service has one database; call the service that owns the other one"},
    {"DETACH", "a service has one database"},
    {"VACUUM", "free pages are used again without it"},
    {"REINDEX", "drop the index and create it again in a migration"},
});

std::string_view advice_against(const Token& first, Caller caller) {
    const auto row = std::ranges::find_if(kRefused, [&](const RefusedRow& r) { return is_word(first, r.word); });
    if (row != kRefused.end())
        return caller == Caller::migration && row->advice == kOwnTransaction ? kOneTransaction : row->advice;
    if (caller == Caller::guest && is_word(first, "ANALYZE"))
        return "run it in a migration";
    return {};
}

// After WITH: the first verb outside of all parentheses.
Verb verb_after_with(Tokenizer tokens) {
    int depth = 0;
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
        if (token.text == "(")
            ++depth;
        else if (token.text == ")")
            --depth;
        const auto row = std::ranges::find_if(kVerbs, [&](const VerbRow& r) { return is_word(token, r.word); });
        if (depth == 0 && row != kVerbs.end())
            return row->verb;
    }
    return Verb::other;
}

// EXPLAIN does nothing itself, but is judged as what it explains.
Token first_word(Tokenizer& tokens) {
    Token token = tokens.next();
    if (!is_word(token, "EXPLAIN"))
        return token;
    token = tokens.next();
    if (!is_word(token, "QUERY"))
        return token;
    tokens.next();
    return tokens.next();
}

// A sequence of words that makes SQLite roll back the whole transaction, finished neighbours included.
Result<> refuse_rollback_clauses(std::string_view sql) {
    Tokenizer tokens(sql);
    Token before_last;
    Token last;
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
        const bool is_clause =
            is_word(last, "OR") || is_word(last, "CONFLICT") || (last.text == "(" && is_word(before_last, "RAISE"));
        if (is_clause && is_word(token, "ROLLBACK"))
            return fail("sql_refused",
                        "{} ROLLBACK would undo the work of other requests: use ABORT, or quote the name",
                        is_word(last, "OR")         ? "OR"
                        : is_word(last, "CONFLICT") ? "ON CONFLICT"
                                                    : "RAISE");
        before_last = last;
        last = token;
    }
    return {};
}

// A token that may be a name, without its quotes; empty for others. (SQLite takes a string for a name where only a name
// can stand.)
std::string_view name_of(const Token& token) {
    if (token.kind == TokenKind::word)
        return token.text;
    if (token.kind == TokenKind::quoted || token.kind == TokenKind::string)
        return token.text.substr(1, token.text.size() - 2);
    return {};
}

Failure refuse_temporary() {
    return fail("sql_refused", "temporary objects would be seen by other handlers: use WITH");
}

// A definition may name anything, also what the authorizer is not asked about: new names, and tables that a trigger's
// body or a foreign key uses later.
Result<> check_definition(std::string_view sql) {
    Tokenizer tokens(sql);
    tokens.next();
    Token last = tokens.next();
    if (is_word(last, "TEMP") || is_word(last, "TEMPORARY"))
        return refuse_temporary();
    if (is_word(last, "VIRTUAL"))
        return fail("sql_refused", "CREATE VIRTUAL TABLE: virtual tables are not available");
    for (Token token = tokens.next(); token.kind != TokenKind::end; token = tokens.next()) {
        if (begins_with_ignoring_case(name_of(token), kInternalPrefix))
            return fail("sql_refused", "{} is the platform's: names that begin with {} are closed", token.text,
                        kInternalPrefix);
        if (token.text == "." && name_of(last).size() == 4 && begins_with_ignoring_case(name_of(last), "temp"))
            return refuse_temporary();
        last = token;
    }
    return {};
}

Result<> check_text(std::string_view sql, const SqlRules& rules) {
    if (sql.size() > rules.statement_bytes)
        return fail("sql_refused", "the statement has {} bytes, at most {} are allowed", sql.size(),
                    rules.statement_bytes);
    if (sql.contains('\0'))
        return fail("sql_refused", "the statement holds a NUL: give such values as parameters");
    if (!is_utf8(sql))
        return fail("sql_invalid", "the statement is not UTF-8: give bytes as parameters");
    return {};
}

}  // namespace

Result<Verb> check_statement(std::string_view sql, const SqlRules& rules) {
    TRY_DO(check_text(sql, rules));
    Tokenizer tokens(sql);
    const Token first = first_word(tokens);
    if (first.kind == TokenKind::end || first.kind == TokenKind::semicolon)
        return fail("sql_invalid", "the text holds no statement");
    if (const std::string_view advice = advice_against(first, rules.caller); !advice.empty())
        return fail("sql_refused", "{} is refused: {}", first.text, advice);
    TRY_DO(refuse_rollback_clauses(sql));

    const auto row = std::ranges::find_if(kVerbs, [&](const VerbRow& r) { return is_word(first, r.word); });
    const Verb verb = row != kVerbs.end() ? row->verb : is_word(first, "WITH") ? verb_after_with(tokens) : Verb::other;
    if (verb != Verb::define && verb != Verb::drop)
        return verb;
    if (!rules.ddl)
        return fail("sql_refused", "{} is not allowed in handlers: use a migration, or grant `data = {{ ddl = true }}`",
                    first.text);
    TRY_DO(check_definition(sql));
    return verb;
}

Result<> check_tail(std::string_view tail) {
    Tokenizer tokens(tail);
    Token token = tokens.next();
    while (token.kind == TokenKind::semicolon)
        token = tokens.next();
    if (token.kind != TokenKind::end)
        return fail("sql_refused", "the text holds a second statement: run one statement a call");
    return {};
}

}  // namespace skep::store
