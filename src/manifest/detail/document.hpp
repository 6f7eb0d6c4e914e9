#pragma once
// A TOML document as a tree of plain values, each with its place in the text.

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace skep::manifest {

// From 1; line 0 means "nowhere in the file".
struct Place {
    int line = 0;
    int column = 0;
    friend auto operator<=>(const Place&, const Place&) = default;
};

enum class NodeKind : std::uint8_t { text, integer, real, boolean, date, array, table };

struct Member;

// A value of a document. Members of a table are in the order of the text.
struct Node {
    NodeKind kind = NodeKind::table;
    Place place;
    int last_line = 0;  // of its text; that of a table with a header of its own ends with the header
    std::string text;   // of a text; a date as it is written
    std::int64_t integer = 0;
    double real = 0;
    bool boolean = false;
    std::vector<Node> items;
    std::vector<Member> members;

    // The member called `key`, or nullptr.
    const Node* find(std::string_view key) const;

    static Node of_text(std::string text, Place place = {});
    static Node of_true(Place place = {});
};

struct Member {
    std::string key;
    Place place;  // of the key
    Node value;
};

struct SyntaxError {
    Place place;
    std::string message;
};

// Parses TOML 1.0. Refuses more than 32 values or 64 parts of a key inside one another.
std::expected<Node, SyntaxError> parse_document(std::string_view text);

// "a string", "an integer" …
std::string_view kind_name(NodeKind kind);

// The value as TOML writes it, on one line; a text without quotes.
std::string show(const Node& node);

}  // namespace skep::manifest
