#include "host/detail/sql_json.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "host/detail/base64.hpp"
#include "store/row_format.hpp"

namespace skep::host {
namespace {

constexpr std::size_t kMaxJson = 4 << 20;
constexpr std::int64_t kMaxExact = 1LL << 53;  // up to here a double holds every integer

bool is_escaped(char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\';
}

void append_escaped(std::string& out, char c) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    if (c == '"' || c == '\\') {
        out.push_back('\\');
        out.push_back(c);
        return;
    }
    out += c < 0x10 ? "\\u000" : "\\u001";
    out.push_back(kDigits[c & 0xF]);
}

void append_text(std::string& out, std::string_view text) {
    out.push_back('"');
    while (!text.empty()) {
        const auto plain = static_cast<std::size_t>(std::ranges::find_if(text, is_escaped) - text.begin());
        out.append(text.substr(0, plain));
        if (plain < text.size())
            append_escaped(out, text[plain]);
        text.remove_prefix(std::min(plain + 1, text.size()));
    }
    out.push_back('"');
}

void append_integer(std::string& out, std::int64_t value) {
    const bool is_exact = value >= -kMaxExact && value <= kMaxExact;
    fmt::format_to(std::back_inserter(out), fmt::runtime(is_exact ? "{}" : "\"{}\""), value);
}

void append_real(std::string& out, double value) {
    if (!std::isfinite(value)) {
        out += value > 0 ? "\"Infinity\"" : value < 0 ? "\"-Infinity\"" : "null";
        return;
    }
    const std::string digits = fmt::format("{}", value);
    out += digits;
    if (digits.find_first_of(".e") == digits.npos)
        out += ".0";
}

void append_bytes(std::string& out, std::string_view bytes) {
    out += R"({"base64":")";
    append_base64(out, bytes);
    out += R"("})";
}

struct ValueWriter {
    std::string& out;
    void operator()(store::Null) const { out += "null"; }
    void operator()(std::int64_t value) const { append_integer(out, value); }
    void operator()(double value) const { append_real(out, value); }
    void operator()(std::string_view value) const {
        if (is_utf8(value))
            append_text(out, value);
        else
            append_bytes(out, value);
    }
    void operator()(const store::Blob& value) const { append_bytes(out, value.bytes); }
};

// `"name":` for each column, and none of them twice.
std::vector<std::string> members_of(const std::vector<std::string_view>& names) {
    std::vector<std::string> taken;
    std::vector<std::string> members;
    for (const std::string_view name : names) {
        std::string unique(name);
        for (int again = 1; std::ranges::find(taken, unique) != taken.end(); ++again)
            unique = fmt::format("{}:{}", name, again);
        std::string member;
        append_text(member, unique);
        members.push_back(member + ":");
        taken.push_back(std::move(unique));
    }
    return members;
}

Result<> append_row(std::string& out, store::RowReader& reader, const std::vector<std::string>& members) {
    char before = '{';
    for (const std::string& member : members) {
        out.push_back(before);
        out += member;
        TRY(const store::Value value, reader.next());
        std::visit(ValueWriter{out}, value);
        before = ',';
        if (out.size() > kMaxJson)
            return fail("result_too_large", "the rows have more than {} bytes as JSON", kMaxJson);
    }
    out.push_back('}');
    return {};
}

}  // namespace

Result<std::string> json_of_rows(std::string_view rows) {
    if (rows.empty())
        return "[]";
    TRY(store::RowReader reader, store::RowReader::rows(rows));
    if (!std::ranges::all_of(reader.names(), is_utf8))
        return fail("row_format_invalid", "the name of a column is not UTF-8");
    const std::vector<std::string> members = members_of(reader.names());
    if (members.empty() && !reader.at_end())
        return fail("row_format_invalid", "there are values without columns");
    std::string out = "[";
    while (!reader.at_end()) {
        if (out.size() > 1)
            out.push_back(',');
        TRY_DO(append_row(out, reader, members));
    }
    out.push_back(']');
    return out;
}

std::string json_of_executed(std::int64_t rows_affected, std::int64_t last_insert_id) {
    std::string out = R"({"rows_affected":)";
    append_integer(out, rows_affected);
    out += R"(,"last_insert_id":)";
    append_integer(out, last_insert_id);
    out.push_back('}');
    return out;
}

std::string json_of_keys(const std::vector<std::string>& keys) {
    std::string out = "[";
    for (const std::string& key : keys) {
        if (out.size() > 1)
            out.push_back(',');
        append_text(out, key);
    }
    out.push_back(']');
    return out;
}

}  // namespace skep::host
