#include "manifest/detail/document.hpp"

#include <algorithm>
#include <sstream>

#include <fmt/format.h>

// toml++ is compiled here and nowhere else: no other library to link, and our bounds instead of its
// own.
#define TOML_HEADER_ONLY 1
#define TOML_EXCEPTIONS 0
#define TOML_MAX_NESTED_VALUES 32
#define TOML_ENABLE_FORMATTERS 1
#include <toml++/toml.h>

namespace skep::manifest {
namespace {

constexpr int kMaxDotsInLine = 64;

Place place_of(const toml::source_region& region) {
    return {static_cast<int>(region.begin.line), static_cast<int>(region.begin.column)};
}

Node convert(const toml::node& source);

void convert_members(const toml::table& source, Node& node) {
    node.kind = NodeKind::table;
    node.members.reserve(source.size());
    for (const auto& [key, value] : source)
        node.members.push_back({std::string(key.str()), place_of(key.source()), convert(value)});
    std::ranges::sort(node.members, {}, &Member::place);
}

std::string written(const toml::node& date) {
    std::ostringstream out;
    date.visit([&](const auto& value) {
        if constexpr (toml::is_chronological<decltype(value)>)
            out << value.get();
    });
    return out.str();
}

Node convert(const toml::node& source) {
    Node node;
    node.place = place_of(source.source());
    if (const auto* table = source.as_table()) {
        convert_members(*table, node);
    } else if (const auto* array = source.as_array()) {
        node.kind = NodeKind::array;
        for (const toml::node& item : *array)
            node.items.push_back(convert(item));
    } else if (const auto* text = source.as_string()) {
        node.kind = NodeKind::text;
        node.text = text->get();
    } else if (const auto* integer = source.as_integer()) {
        node.kind = NodeKind::integer;
        node.integer = integer->get();
    } else if (const auto* real = source.as_floating_point()) {
        node.kind = NodeKind::real;
        node.real = real->get();
    } else if (const auto* boolean = source.as_boolean()) {
        node.kind = NodeKind::boolean;
        node.boolean = boolean->get();
    } else {
        node.kind = NodeKind::date;
        node.text = written(source);
    }
    return node;
}

// Walks over the text as TOML's lexer does, far enough to know what is inside quotes.
class Lexer {
public:
    explicit Lexer(std::string_view text) : text_(text) {}

    // The place of the first line with more dots outside quotes than a key may have, or nowhere.
    Place overlong_key() {
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '\n') {
                next_line();
            } else if (c == '#') {
                at_ = std::min(text_.find('\n', at_), text_.size());
                continue;
            } else if (c == '"' || c == '\'') {
                skip_quoted(c);
                continue;
            } else if (c == '.' && ++dots_ > kMaxDotsInLine) {
                return {line_, static_cast<int>(at_ - line_start_) + 1};
            }
            ++at_;
        }
        return {};
    }

private:
    void next_line() {
        ++line_;
        line_start_ = at_ + 1;
        dots_ = 0;
    }

    void skip_quoted(char quote) {
        const std::string fence(3, quote);
        const bool long_form = text_.substr(at_, 3) == fence;
        at_ += long_form ? 3 : 1;
        while (at_ < text_.size()) {
            if (text_[at_] == '\\' && quote == '"') {
                at_ += 2;
            } else if (long_form ? text_.substr(at_, 3) == fence : text_[at_] == quote) {
                at_ += long_form ? 3 : 1;
                return;
            } else if (text_[at_] == '\n') {
                if (!long_form)
                    return;
                next_line();
                ++at_;
            } else {
                ++at_;
            }
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::size_t line_start_ = 0;
    int line_ = 1;
    int dots_ = 0;
};

}  // namespace

const Node* Node::find(std::string_view key) const {
    const auto found = std::ranges::find(members, key, &Member::key);
    return found == members.end() ? nullptr : &found->value;
}

Node Node::of_text(std::string text, Place place) {
    Node node;
    node.kind = NodeKind::text;
    node.place = place;
    node.text = std::move(text);
    return node;
}

std::expected<Node, SyntaxError> parse_document(std::string_view text) {
    if (const Place place = Lexer(text).overlong_key(); place.line != 0)
        return std::unexpected(SyntaxError{place, "a key has too many parts"});
    const toml::parse_result parsed = toml::parse(text);
    if (!parsed) {
        const toml::parse_error& error = parsed.error();
        return std::unexpected(SyntaxError{place_of(error.source()), std::string(error.description())});
    }
    Node root;
    convert_members(parsed.table(), root);
    return root;
}

std::string_view kind_name(NodeKind kind) {
    switch (kind) {
        case NodeKind::text:
            return "a string";
        case NodeKind::integer:
            return "an integer";
        case NodeKind::real:
            return "a floating-point number";
        case NodeKind::boolean:
            return "a boolean";
        case NodeKind::date:
            return "a date or time";
        case NodeKind::array:
            return "an array";
        case NodeKind::table:
            return "a table";
    }
    return "a value";
}

std::string show(const Node& node) {
    const auto quoted = [](const Node& item) {
        return item.kind == NodeKind::text ? fmt::format("\"{}\"", item.text) : show(item);
    };
    std::string out;
    switch (node.kind) {
        case NodeKind::text:
        case NodeKind::date:
            return node.text;
        case NodeKind::integer:
            return fmt::format("{}", node.integer);
        case NodeKind::real:
            return fmt::format("{}", node.real);
        case NodeKind::boolean:
            return node.boolean ? "true" : "false";
        case NodeKind::array:
            for (const Node& item : node.items)
                out += fmt::format("{}{}", out.empty() ? "" : ", ", quoted(item));
            return fmt::format("[{}]", out);
        case NodeKind::table:
            for (const Member& member : node.members)
                out += fmt::format("{}{} = {}", out.empty() ? "" : ", ", member.key, quoted(member.value));
            return fmt::format("{{ {} }}", out);
    }
    return out;
}

}  // namespace skep::manifest
