#include "host/detail/placeholders.hpp"

#include <algorithm>

namespace skep::host {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

// What SQLite lets stand inside of a name.
bool continues_name(char c) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || is_digit(c) || c == '_' || c == '$' || static_cast<unsigned char>(c) >= 0x80;
}

// The size of the part of `text` up to the end of `end`, or all of it.
std::size_t through(std::string_view text, std::string_view end, std::size_t from) {
    const std::size_t found = text.find(end, from);
    return found == text.npos ? text.size() : found + end.size();
}

// The size of the piece that `text` begins with: a quoted text or name, a comment, a name, number or placeholder, or
// one character. (A doubled quote inside of a text makes two pieces of it, which comes to the same.)
std::size_t piece_size(std::string_view text) {
    const char first = text.front();
    if (first == '\'' || first == '"' || first == '`')
        return through(text, text.substr(0, 1), 1);
    if (first == '[')
        return through(text, "]", 1);
    if (text.starts_with("--"))
        return through(text, "\n", 2);
    if (text.starts_with("/*"))
        return through(text, "*/", 2);
    const auto end = std::find_if_not(text.begin() + 1, text.end(), continues_name);
    const bool is_word = continues_name(first) || first == ':' || first == '@' || first == '#' || first == '?';
    return is_word ? static_cast<std::size_t>(end - text.begin()) : 1;
}

bool is_numbered(std::string_view piece) {
    return piece.size() > 1 && piece.front() == '$' && std::ranges::all_of(piece.substr(1), is_digit);
}

}  // namespace

std::string with_numbered_placeholders(std::string_view sql) {
    std::string out(sql);
    if (sql.find('$') == sql.npos)
        return out;
    for (std::size_t at = 0; at < sql.size();) {
        const std::size_t size = piece_size(sql.substr(at));
        if (is_numbered(sql.substr(at, size)))
            out[at] = '?';
        at += size;
    }
    return out;
}

}  // namespace skep::host
