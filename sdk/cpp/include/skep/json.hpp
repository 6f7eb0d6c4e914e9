// JSON as a value: small, strict, without exceptions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "skep/result.hpp"

namespace skep {

// A JSON value (RFC 8259). Objects keep the order of their members.
//
// Integers that fit 64 signed bits stay exact; other numbers are doubles.
class Json {
public:
    using Array = std::vector<Json>;
    using Member = std::pair<std::string, Json>;
    using Object = std::vector<Member>;

    // How deep arrays and objects may nest in text that is parsed.
    static constexpr std::size_t kMaxDepth = 64;

    Json() = default;
    Json(std::nullptr_t) {}
    Json(bool value) : value_(value) {}
    Json(int value) : value_(std::int64_t{value}) {}
    Json(std::int64_t value) : value_(value) {}
    Json(double value) : value_(value) {}
    Json(const char* text) : value_(std::string(text)) {}
    Json(std::string_view text) : value_(std::string(text)) {}
    Json(std::string text) : value_(std::move(text)) {}
    Json(Array items) : value_(std::move(items)) {}

    // Json::object({{"id", 1}, {"name", "alice"}})
    static Json object(std::initializer_list<Member> members = {}) { return Json(Object(members)); }
    static Json array(std::initializer_list<Json> items = {}) { return Json(Array(items)); }

    // Parses a whole text. Fails with `invalid_json` and the offset on anything that is not JSON:
    // also on duplicate keys, text that is not UTF-8, and nesting deeper than kMaxDepth.
    static Result<Json> parse(std::string_view text);

    // The text of the value, without white space. A double that is no number becomes null.
    std::string dump() const;

    bool is_null() const { return value_.index() == 0; }
    std::optional<bool> as_bool() const { return get<bool>(); }
    std::optional<std::int64_t> as_integer() const { return get<std::int64_t>(); }
    std::optional<double> as_number() const;
    // Null where the value is of another type.
    const std::string* as_string() const { return std::get_if<std::string>(&value_); }
    const Array* as_array() const { return std::get_if<Array>(&value_); }
    const Object* as_object() const { return std::get_if<Object>(&value_); }

    // The member of that name; null where there is none or the value is no object.
    const Json* find(std::string_view key) const;

    // Sets a member of an object (any other value becomes an object first).
    Json& set(std::string key, Json value);
    // Adds an item to an array (any other value becomes an array first).
    Json& push(Json value);

private:
    explicit Json(Object members) : value_(std::move(members)) {}

    template <class T>
    std::optional<T> get() const {
        const T* found = std::get_if<T>(&value_);
        return found ? std::optional<T>(*found) : std::nullopt;
    }

    friend class detail_JsonReader;
    friend void detail_dump(const Json& value, std::string& out);

    std::variant<std::nullptr_t, bool, std::int64_t, double, std::string, Array, Object> value_ = nullptr;
};

}  // namespace skep

#include "skep/detail/json_read.hpp"
#include "skep/detail/json_write.hpp"
