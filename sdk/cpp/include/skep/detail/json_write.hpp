// The writing half of json.hpp, and access to members.
#pragma once

#include <charconv>
#include <cmath>

#include "skep/json.hpp"

namespace skep {

inline void detail_quote(std::string_view text, std::string& out) {
    static constexpr char kDigits[] = "0123456789abcdef";
    out += '"';
    for (char c : text) {
        auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else if (byte < 0x20) {
            out += "\\u00";
            out += kDigits[byte >> 4];
            out += kDigits[byte & 15];
        } else {
            out += c;
        }
    }
    out += '"';
}

inline void detail_number(double value, std::string& out) {
    if (!std::isfinite(value)) {
        out += "null";
        return;
    }
    char buffer[32];
    auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
    out.append(buffer, end);
}

template <class Items, class Write>
void detail_join(const Items& items, std::string& out, Write write) {
    bool first = true;
    for (const auto& item : items) {
        if (!first)
            out += ',';
        first = false;
        write(item);
    }
}

inline void detail_dump(const Json& value, std::string& out) {
    if (value.is_null()) {
        out += "null";
    } else if (auto flag = value.as_bool()) {
        out += *flag ? "true" : "false";
    } else if (auto integer = value.as_integer()) {
        out += std::to_string(*integer);
    } else if (const std::string* text = value.as_string()) {
        detail_quote(*text, out);
    } else if (const Json::Array* items = value.as_array()) {
        out += '[';
        detail_join(*items, out, [&](const Json& item) { detail_dump(item, out); });
        out += ']';
    } else if (const Json::Object* members = value.as_object()) {
        out += '{';
        detail_join(*members, out, [&](const Json::Member& member) {
            detail_quote(member.first, out);
            out += ':';
            detail_dump(member.second, out);
        });
        out += '}';
    } else {
        detail_number(*value.as_number(), out);
    }
}

inline std::string Json::dump() const {
    std::string out;
    detail_dump(*this, out);
    return out;
}

inline std::optional<double> Json::as_number() const {
    if (auto integer = as_integer())
        return static_cast<double>(*integer);
    return get<double>();
}

inline const Json* Json::find(std::string_view key) const {
    const Object* members = as_object();
    if (!members)
        return nullptr;
    for (const Member& member : *members) {
        if (member.first == key)
            return &member.second;
    }
    return nullptr;
}

inline Json& Json::set(std::string key, Json value) {
    if (!as_object())
        value_ = Object{};
    auto& members = std::get<Object>(value_);
    for (Member& member : members) {
        if (member.first == key) {
            member.second = std::move(value);
            return *this;
        }
    }
    members.emplace_back(std::move(key), std::move(value));
    return *this;
}

inline Json& Json::push(Json value) {
    if (!as_array())
        value_ = Array{};
    std::get<Array>(value_).push_back(std::move(value));
    return *this;
}

}  // namespace skep
