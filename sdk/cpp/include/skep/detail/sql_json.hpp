// SQL values as the core interface has them in JSON (wit/README.md).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/detail/sql_convert.hpp"
#include "skep/json.hpp"
#include "skep/result.hpp"

namespace skep::sql::detail {

inline constexpr std::string_view kBase64Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

inline std::string to_base64(std::string_view bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 3) {
        std::uint32_t group = 0;
        for (std::size_t i = at; i < at + 3; ++i)
            group = group << 8 | (i < bytes.size() ? static_cast<std::uint8_t>(bytes[i]) : 0U);
        for (std::size_t i = 0; i < 4; ++i)
            out.push_back(at + i <= bytes.size() ? kBase64Digits[group >> (18 - 6 * i) & 63] : '=');
    }
    return out;
}

inline std::string from_base64(std::string_view text) {
    std::string out;
    std::uint32_t pending = 0;
    unsigned bits = 0;
    for (const char digit : text) {
        const std::size_t value = kBase64Digits.find(digit);
        if (value == kBase64Digits.npos)
            break;
        pending = pending << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            out.push_back(static_cast<char>(pending >> bits & 0xFF));
        }
    }
    return out;
}

// A real keeps a fraction or an exponent, or it would become an integer.
inline std::string json_of(const Value& value) {
    if (const auto* real = std::get_if<double>(&value)) {
        const std::string digits = Json(*real).dump();
        return digits.find_first_of(".en") == digits.npos ? digits + ".0" : digits;
    }
    if (const auto* blob = std::get_if<Blob>(&value))
        return R"({"base64":")" + to_base64(blob->bytes) + R"("})";
    return to_json(value).dump();
}

inline std::string array_of(const std::vector<Value>& params) {
    std::string array = "[";
    for (const Value& value : params) {
        if (array.size() > 1)
            array.push_back(',');
        array += json_of(value);
    }
    return array + "]";
}

inline Value value_of(const Json& json) {
    if (const auto integer = json.as_integer())
        return *integer;
    if (const auto real = json.as_number())
        return *real;
    if (const std::string* text = json.as_string())
        return *text;
    const Json* const bytes = json.find("base64");
    if (bytes && bytes->as_string())
        return Blob{from_base64(*bytes->as_string())};
    return nullptr;
}

inline Error unreadable() {
    return {"row_format_invalid", "the host's rows cannot be read"};
}

inline Result<Rows> rows_of(std::string_view text) {
    const Result<Json> parsed = Json::parse(text);
    if (!parsed || !parsed->as_array())
        return unreadable();
    Rows rows;
    for (const Json& item : *parsed->as_array()) {
        if (!item.as_object())
            return unreadable();
        const bool is_first = rows.rows.empty();
        Row& row = rows.rows.emplace_back();
        for (const auto& [name, value] : *item.as_object()) {
            if (is_first)
                rows.names.push_back(name);
            row.push_back(value_of(value));
        }
    }
    return rows;
}

inline Result<Executed> executed_of(std::string_view text) {
    const Result<Json> parsed = Json::parse(text);
    if (!parsed || !parsed->as_object())
        return unreadable();
    const auto number = [&](std::string_view name) {
        const Json* const member = parsed->find(name);
        const auto integer = member ? to_integer(value_of(*member)) : std::nullopt;
        return integer.value_or(0);
    };
    return Executed{number("rows_affected"), number("last_insert_id")};
}

inline Result<std::vector<std::string>> texts_of(std::string_view text) {
    const Result<Json> parsed = Json::parse(text);
    if (!parsed || !parsed->as_array())
        return unreadable();
    std::vector<std::string> texts;
    for (const Json& item : *parsed->as_array()) {
        if (item.as_string())
            texts.push_back(*item.as_string());
    }
    return texts;
}

}  // namespace skep::sql::detail
