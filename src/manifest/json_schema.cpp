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
        case ValueType::services:
        case ValueType::names:
            return array_of(json::object{{"type", "string"}});
        case ValueType::routes:
            return array_of(route_schema());
        case ValueType::files:
            return array_of(text_like("^.+:/.*$"));
        case ValueType::outbound:
            return array_of(text_like("^http://"));
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

// What lies below `path`, in which "*" stands for any name.
json::object table_schema(const KeyPath& path) {
    json::object schema{{"type", "object"}};
    json::object properties;
    for (const std::string_view name : known_names_below(path)) {
        KeyPath longer = path;
        longer.emplace_back(name);
        const Key* key = find_key(longer);
        properties[name] = key != nullptr ? key_schema(*key) : table_schema(longer);
    }
    if (has_free_names(path)) {
        KeyPath longer = path;
        longer.emplace_back("*");
        const Key* key = find_key(longer);
        schema["additionalProperties"] = key != nullptr ? key_schema(*key) : table_schema(longer);
    } else {
        schema["additionalProperties"] = false;
    }
    if (!properties.empty())
        schema["properties"] = std::move(properties);
    return schema;
}

}  // namespace

std::string json_schema() {
    json::object schema = table_schema({});
    json::object profile = schema;
    profile["description"] = "What differs in this profile.";
    schema["properties"].as_object()["profiles"] = {{"type", "object"}, {"additionalProperties", std::move(profile)}};
    json::object titled{{"$schema", "https://json-schema.org/draft/2020-12/schema"}, {"title", "skep.toml"}};
    for (auto& member : schema)
        titled[member.key()] = std::move(member.value());
    return json::serialize(titled);
}

}  // namespace skep::manifest
