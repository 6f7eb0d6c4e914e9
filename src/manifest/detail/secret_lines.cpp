#include "manifest/detail/secret_lines.hpp"

#include <algorithm>
#include <array>

#include "manifest/nearest.hpp"

namespace skep::manifest {
namespace {

constexpr std::array<std::string_view, 1> kSecrets{"secrets"};

enum class Level : std::uint8_t { top, below };

bool is_list_of_names(const Node& node) {
    return node.kind == NodeKind::array &&
           std::ranges::all_of(node.items, [](const Node& item) { return item.kind == NodeKind::text; });
}

void add_lines(const Node& node, std::set<int>& lines) {
    for (int line = node.place.line; line <= node.last_line; ++line)
        lines.insert(line);
    for (const Node& item : node.items)
        add_lines(item, lines);
    for (const Member& member : node.members) {
        lines.insert(member.place.line);
        add_lines(member.value, lines);
    }
}

void collect(const Node& node, Level level, std::set<int>& lines) {
    for (const Node& item : node.items)
        collect(item, Level::below, lines);
    for (const Member& member : node.members) {
        const bool lists_names = level == Level::below && is_list_of_names(member.value);
        if (!lists_names && !nearest(member.key, kSecrets).empty()) {
            lines.insert(member.place.line);
            add_lines(member.value, lines);
        } else {
            collect(member.value, Level::below, lines);
        }
    }
}

std::string_view trimmed(std::string_view line) {
    line.remove_prefix(std::min(line.find_first_not_of(" \t"), line.size()));
    return line;
}

// "secrets = [" and "secrets=[".
bool begins_list(std::string_view line) {
    if (!line.starts_with(kSecrets.front()))
        return false;
    line = trimmed(line.substr(kSecrets.front().size()));
    return line.starts_with('=') && trimmed(line.substr(1)).starts_with('[');
}

// A key may be written with escapes (\u0065).
bool may_name_secrets(std::string_view line) {
    return line.contains("secr") || line.contains("\\u") || line.contains("\\U");
}

}  // namespace

std::set<int> secret_lines(const Node& document) {
    std::set<int> lines;
    collect(document, Level::top, lines);
    return lines;
}

bool may_open_secrets(std::string_view text) {
    bool in_service = false;
    while (!text.empty()) {
        const std::string_view line = trimmed(text.substr(0, text.find('\n')));
        if (line.starts_with('['))
            in_service = line.starts_with("[services.");
        if (may_name_secrets(line) && !(in_service && begins_list(line)))
            return true;
        text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    }
    return false;
}

}  // namespace skep::manifest
