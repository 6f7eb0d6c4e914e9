#include <boost/json.hpp>

#include "manifest/detail/convert.hpp"
#include "manifest/detail/keys.hpp"
#include "manifest/manifest.hpp"

namespace skep::manifest {
namespace {

namespace json = boost::json;

json::object array_of(json::value items) {
    return {{"type", "array"}, {"items", std::move(items)}};
}

json::object text_like(std::string_view pattern) {
    return {{"type", "string"}, {"pattern", pattern}};
}

json::object route_schema() {
    const json::object table{
        {"type", "object"},
        {"properties",
         {{"path", text_like("^/")}, {"methods", array_of(text_like("^[A-Z-]+$"))}, {"host", {{"type", "string"}}}}},
        {"required", json::array{"path"}},
        {"additionalProperties", false}};
    json::object schema;
    schema["oneOf"] = json::array{text_like("^([A-Z-]+ )?/"), table};
    return schema;
}

json::object table_schema(const KeyPath& path, std::span<const Key> keys);

json::object type_schema(const Key& key) {
    switch (key.type) {
        case ValueType::text:
        case ValueType::path:
            return json::object{{"type", "string"}};
        case ValueType::boolean:
            return json::object{{"type", "boolean"}};
        case ValueType::count:
            return {{"type", "integer"}, {"minimum", key.range.least}, {"maximum", key.range.most}};
        case ValueType::duration:
            return text_like("^[0-9]+(ms|s|m|h|d)$");
        case ValueType::size:
            return text_like("^[0-9]+(B|KB|MB|GB|KiB|MiB|GiB)$");
        case ValueType::address:
            return text_like("^.*:[0-9]{1,5}$");
        case ValueType::url:
            return text_like("^http://");
        case ValueType::level:
            return {{"type", "string"}, {"enum", json::array(log_levels().begin(), log_levels().end())}};
        case ValueType::choice:
            return {{"type", "string"}, {"enum", json::array(key.choices.begin(), key.choices.end())}};
        case ValueType::match:
            return text_like("^([A-Z-]+ )?/");
        case ValueType::services:
        case ValueType::names:
            return array_of(json::object{{"type", "string"}});
        case ValueType::routes:
            return array_of(route_schema());
        case ValueType::files:
            return array_of(text_like("^.+:/.*$"));
        case ValueType::outbound:
            return array_of(text_like("^http://"));
        case ValueType::route_options: {
            json::object entry = table_schema({"route_options"}, route_option_keys());
            entry["required"] = json::array{"match"};
            return array_of(std::move(entry));
        }
    }
    return {};
}

json::object key_schema(const Key& key) {
    json::object schema = type_schema(key);
    schema["description"] = key.doc;
    const std::string value = default_of(key);
    if (value.empty())
        return schema;
    if (key.type == ValueType::boolean)
        schema["default"] = value == "true";
    else if (key.type == ValueType::count)
        schema["default"] = std::stoll(value);
    else
        schema["default"] = value;
    return schema;
}

// Of a key, of a table, or of a key that may be either.
json::object member_schema(const KeyPath& path, std::span<const Key> keys) {
    const Key* key = find_key(path, keys);
    if (key == nullptr)
        return table_schema(path, keys);
    json::object schema = key_schema(*key);
    if (!is_section(path, keys))
        return schema;
    schema.erase("type");
    schema["oneOf"] = json::array{json::object{{"type", "boolean"}}, table_schema(path, keys)};
    return schema;
}

// What lies below `path`, in which "*" stands for any name.
json::object table_schema(const KeyPath& path, std::span<const Key> keys) {
    json::object schema{{"type", "object"}};
    json::object properties;
    for (const std::string_view name : known_names_below(path, keys)) {
        KeyPath longer = path;
        longer.emplace_back(name);
        properties[name] = member_schema(longer, keys);
    }
    if (has_free_names(path, keys)) {
        KeyPath longer = path;
        longer.emplace_back("*");
        schema["additionalProperties"] = member_schema(longer, keys);
    } else {
        schema["additionalProperties"] = false;
    }
    if (!properties.empty())
        schema["properties"] = std::move(properties);
    return schema;
}

}  // namespace

std::string json_schema() {
    json::object schema = table_schema({}, all_keys());
    json::object profile = schema;
    profile["description"] = "What differs in this profile.";
    schema["properties"].as_object()["profiles"] = {{"type", "object"}, {"additionalProperties", std::move(profile)}};
    json::object titled{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "skep.toml"}};
    for (auto& member : schema)
        titled[member.key()] = std::move(member.value());
    return json::serialize(titled);
}

}  // namespace skep::manifest
