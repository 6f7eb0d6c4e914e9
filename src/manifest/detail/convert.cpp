#include "manifest/detail/convert.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

#include <fmt/format.h>

#include "async/socket_address.hpp"
#include "manifest/detail/contains.hpp"
#include "manifest/detail/entries.hpp"
#include "manifest/detail/route_options.hpp"
#include "manifest/nearest.hpp"
#include "manifest/units.hpp"

namespace skep::manifest {
namespace {

NodeKind kind_of(ValueType type) {
    switch (type) {
        case ValueType::boolean:
            return NodeKind::boolean;
        case ValueType::count:
            return NodeKind::integer;
        case ValueType::services:
        case ValueType::names:
        case ValueType::routes:
        case ValueType::files:
        case ValueType::outbound:
        case ValueType::route_options:
            return NodeKind::array;
        default:
            return NodeKind::text;
    }
}

Result<> check_range(const Key& key, std::int64_t number, std::string_view shown) {
    if (number >= key.range.least && number <= key.range.most)
        return {};
    const auto show = [&](std::int64_t bound) {
        if (key.type == ValueType::size)
            return show_size(static_cast<std::uint64_t>(bound));
        if (key.type == ValueType::duration)
            return show_duration(std::chrono::milliseconds(bound));
        return fmt::format("{}", bound);
    };
    return fail("manifest_invalid_value", "{} is out of range: from {} to {}", shown, show(key.range.least),
                show(key.range.most));
}

Result<std::int64_t> number_of(const Key& key, const Node& node) {
    std::int64_t number = node.integer;
    if (key.type == ValueType::size) {
        TRY(const std::uint64_t bytes, parse_size(node.text));
        number = static_cast<std::int64_t>(bytes);
    }
    TRY_DO(check_range(key, number, show(node)));
    return number;
}

Result<std::size_t> index_of_choice(const Key& key, std::string_view text) {
    const auto found = std::ranges::find(key.choices, text);
    if (found != key.choices.end())
        return static_cast<std::size_t>(found - key.choices.begin());
    if (text.starts_with("postgres://") || text.starts_with("postgresql://"))
        return fail("manifest_not_available",
                    "a store in PostgreSQL is not available in this version: write \"sqlite\"");
    const std::string_view meant = nearest(text, key.choices);
    return fail("manifest_invalid_value", "'{}' is not allowed: choose {}{}", text, fmt::join(key.choices, " or "),
                meant.empty() ? "" : fmt::format("; did you mean {}?", meant));
}

Result<> check_text(const Key& key, const std::string& text) {
    if (text.find('\0') != std::string::npos)
        return fail("manifest_invalid_value", "the text has a NUL character");
    if (key.type == ValueType::level && !contains(log_levels(), text)) {
        const std::string_view meant = nearest(text, log_levels());
        return fail("manifest_invalid_value", "'{}' is no log level: choose {}{}", text, fmt::join(log_levels(), ", "),
                    meant.empty() ? "" : fmt::format("; did you mean {}?", meant));
    }
    if (key.type == ValueType::choice) {
        TRY_DO(index_of_choice(key, text));
    }
    if (key.type == ValueType::address && !async::SocketAddress::parse(text))
        return fail("manifest_invalid_value", "'{}' is no address: write IP:PORT, as in 127.0.0.1:8080", text);
    return {};
}

// Fills the field; one function for each type of field.
struct Store {
    const Key& key;
    const Node& node;
    const Target& target;

    Result<> operator()(bool& field) const {
        field = node.boolean;
        return {};
    }
    Result<> operator()(std::optional<bool>& field) const { return (*this)(field.emplace()); }
    Result<> operator()(int& field) const { return number(field); }
    Result<> operator()(std::uint32_t& field) const { return number(field); }
    Result<> operator()(std::uint64_t& field) const { return number(field); }
    Result<> operator()(std::optional<std::uint32_t>& field) const { return number(field.emplace()); }
    Result<> operator()(std::chrono::milliseconds& field) const {
        TRY(const auto duration, parse_duration(node.text));
        TRY_DO(check_range(key, duration.count(), node.text));
        field = duration;
        return {};
    }
    Result<> operator()(std::optional<std::chrono::milliseconds>& field) const { return (*this)(field.emplace()); }
    Result<> operator()(model::BatchMode& field) const { return choice(field); }
    Result<> operator()(std::optional<model::TransactionMode>& field) const { return choice(field.emplace()); }
    Result<> operator()(model::Route& field) const {
        TRY(field, parse_route(node));
        return {};
    }
    Result<> operator()(std::string& field) const {
        TRY_DO(check_text(key, node.text));
        if (key.type == ValueType::url) {
            TRY(field, parse_service_url(node.text));
            return {};
        }
        field = node.text;
        return {};
    }
    Result<> operator()(std::filesystem::path& field) const {
        TRY_DO(check_text(key, node.text));
        if (node.text.empty())
            return fail("manifest_invalid_value", "the path is empty");
        field = (target.folder / node.text).lexically_normal();
        return {};
    }

    template <typename Enumeration>
    Result<> choice(Enumeration& field) const {
        TRY(const std::size_t index, index_of_choice(key, node.text));
        field = static_cast<Enumeration>(index);
        return {};
    }

    template <typename Number>
    Result<> number(Number& field) const {
        TRY(const std::int64_t value, number_of(key, node));
        field = static_cast<Number>(value);
        return {};
    }
};

// Fills a list; the place of a fault is that of its item.
struct StoreList {
    const Node& node;
    const Target& target;

    template <typename Entry>
    std::vector<ValueFault> operator()(std::vector<Entry>& field) const {
        std::vector<Entry> entries;
        std::vector<ValueFault> faults;
        for (const Node& item : node.items) {
            Result<Entry> entry = read(item, static_cast<Entry*>(nullptr));
            if (entry)
                entries.push_back(*std::move(entry));
            else
                faults.push_back({std::move(entry).error(), item.place});
        }
        if (faults.empty())
            field = std::move(entries);
        return faults;
    }
    std::vector<ValueFault> operator()(std::vector<model::RouteOptions>& field) const {
        return store_route_options(node, field);
    }
    std::vector<ValueFault> operator()(auto&) const { return {}; }

    Result<std::string> read(const Node& item, std::string*) const { return parse_secret_name(item); }
    Result<model::ServiceName> read(const Node& item, model::ServiceName*) const { return parse_called_service(item); }
    Result<model::Route> read(const Node& item, model::Route*) const { return parse_route(item); }
    Result<model::OutboundGrant> read(const Node& item, model::OutboundGrant*) const { return parse_outbound(item); }
    Result<model::FileGrant> read(const Node& item, model::FileGrant*) const {
        return parse_file_grant(item, target.folder);
    }
};

struct StoreAny {
    Store scalar;
    StoreList list;

    template <typename Field>
    std::vector<ValueFault> operator()(Field& field) const {
        if constexpr (std::is_invocable_v<Store, Field&>) {
            if (Result<> stored = scalar(field); !stored)
                return {{std::move(stored).error(), scalar.node.place}};
            return {};
        } else {
            return list(field);
        }
    }
};

Result<Node> list_of_text(std::string_view text) {
    if (text.starts_with('[')) {
        auto parsed = parse_document(fmt::format("value = {}", text));
        if (!parsed || parsed->members.size() != 1 || parsed->members.front().value.kind != NodeKind::array)
            return fail("manifest_wrong_type", "'{}' is no array of TOML", text);
        return std::move(parsed->members.front().value);
    }
    Node list;
    list.kind = NodeKind::array;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        std::string_view item = text.substr(0, comma);
        item.remove_prefix(std::min(item.find_first_not_of(' '), item.size()));
        item = item.substr(0, item.find_last_not_of(' ') + 1);
        list.items.push_back(Node::of_text(std::string(item)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return list;
}

Result<Node> integer_of_text(std::string_view text) {
    Node node;
    node.kind = NodeKind::integer;
    const char* end = text.data() + text.size();
    const auto [rest, fault] = std::from_chars(text.data(), end, node.integer);
    if (fault != std::errc() || rest != end)
        return fail("manifest_wrong_type", "'{}' is no integer", text);
    return node;
}

Result<Node> boolean_of_text(std::string_view text) {
    if (text != "true" && text != "false")
        return fail("manifest_wrong_type", "'{}' is neither true nor false", text);
    Node node = Node::of_true();
    node.boolean = text == "true";
    return node;
}

}  // namespace

std::vector<ValueFault> store(const Key& key, const Node& node, Target& target) {
    if (node.kind != kind_of(key.type))
        return {{error("manifest_wrong_type", "{} takes {}, not {}", key.pattern, expectation(key.type),
                       kind_name(node.kind)),
                 node.place}};
    const StoreAny store_any{{key, node, target}, {node, target}};
    return std::visit([&](auto field) { return store_any(field(target)); }, key.field);
}

Result<Node> node_of_text(const Key& key, std::string_view text) {
    switch (kind_of(key.type)) {
        case NodeKind::boolean:
            return boolean_of_text(text);
        case NodeKind::integer:
            return integer_of_text(text);
        case NodeKind::array:
            return list_of_text(text);
        default:
            return Node::of_text(std::string(text));
    }
}

std::string_view expectation(ValueType type) {
    switch (type) {
        case ValueType::text:
            return "a string";
        case ValueType::boolean:
            return "true or false";
        case ValueType::count:
            return "an integer";
        case ValueType::duration:
            return "a duration such as \"2s\"";
        case ValueType::size:
            return "a size such as \"64MiB\"";
        case ValueType::address:
            return "an address such as \"127.0.0.1:8080\"";
        case ValueType::url:
            return "a URL such as \"http://127.0.0.1:9001\"";
        case ValueType::path:
            return "a path";
        case ValueType::level:
            return "a log level such as \"info\"";
        case ValueType::choice:
            return "a word";
        case ValueType::match:
            return "a method and a path such as \"POST /path\"";
        case ValueType::services:
            return "an array of services' names";
        case ValueType::names:
            return "an array of names";
        case ValueType::routes:
            return "an array of routes such as \"GET /path\"";
        case ValueType::files:
            return "an array of grants such as \"assets:/assets:ro\"";
        case ValueType::outbound:
            return "an array of URLs such as \"http://host:80\"";
        case ValueType::route_options:
            return "an array of tables such as { match = \"POST /path\", stream = true }";
    }
    return "a value";
}

}  // namespace skep::manifest
