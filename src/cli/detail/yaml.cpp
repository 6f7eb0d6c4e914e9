#include "cli/detail/yaml.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <boost/json/serialize.hpp>

#include "base/letter_case.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

bool is_letter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '/';
}

bool is_plain_character(char c) {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

// A word that no version of YAML takes as anything but a string.
bool is_plain(std::string_view text) {
    constexpr auto kSpecial =
        std::to_array<std::string_view>({"true", "false", "null", "yes", "no", "on", "off", "y", "n"});
    return !text.empty() && is_letter(text.front()) && std::ranges::all_of(text, is_plain_character) &&
           std::ranges::find(kSpecial, lowered(text)) == kSpecial.end();
}

// A JSON string is a double-quoted scalar of YAML.
std::string scalar(const json::value& value) {
    if (value.is_string() && is_plain(value.get_string()))
        return std::string(value.get_string());
    return json::serialize(value);
}

bool is_block(const json::value& value) {
    return (value.is_object() && !value.get_object().empty()) || (value.is_array() && !value.get_array().empty());
}

// Writes `value` at `indent`; its first line is started already.
void write(const json::value& value, std::size_t indent, std::string& out);

void write_member(const json::key_value_pair& member, std::size_t indent, std::string& out) {
    out += scalar(json::string(member.key()));
    out += ':';
    if (!is_block(member.value())) {
        out += " " + scalar(member.value()) + "\n";
        return;
    }
    out += '\n';
    const std::size_t inner = indent + (member.value().is_object() ? 2 : 0);
    out.append(inner, ' ');
    write(member.value(), inner, out);
}

void write(const json::value& value, std::size_t indent, std::string& out) {
    bool first = true;
    const auto start_line = [&] {
        if (!first)
            out.append(indent, ' ');
        first = false;
    };
    if (!is_block(value)) {
        out += scalar(value) + "\n";
    } else if (value.is_object()) {
        for (const auto& member : value.get_object()) {
            start_line();
            write_member(member, indent, out);
        }
    } else {
        for (const json::value& item : value.get_array()) {
            start_line();
            out += "- ";
            write(item, indent + 2, out);
        }
    }
}

}  // namespace

std::string to_yaml(const json::value& value) {
    std::string out;
    write(value, 0, out);
    return out;
}

}  // namespace skep::cli
