// Between C++ types and values of SQL.
#pragma once

#include <charconv>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "skep/detail/sql_value.hpp"
#include "skep/json.hpp"
#include "skep/result.hpp"

namespace skep::sql::detail {

template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};

template <class T>
inline constexpr bool kNever = false;

// A parameter as a value.
template <class T>
Value to_value(const T& given) {
    if constexpr (std::is_same_v<T, std::nullptr_t> || std::is_same_v<T, std::nullopt_t>)
        return nullptr;
    else if constexpr (IsOptional<T>::value)
        return given ? to_value(*given) : Value(nullptr);
    else if constexpr (std::is_same_v<T, Value> || std::is_same_v<T, Blob>)
        return given;
    else if constexpr (std::is_integral_v<T>)
        return static_cast<std::int64_t>(given);
    else if constexpr (std::is_floating_point_v<T>)
        return static_cast<double>(given);
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
        return std::string(std::string_view(given));
    else
        static_assert(kNever<T>, "a parameter is nullptr, a number, a text, a Blob or an optional of these");
}

inline std::string_view type_name(const Value& value) {
    static constexpr std::string_view kNames[] = {"null", "an integer", "a real", "a text", "bytes"};
    return kNames[value.index()];
}

// The core interface gives integers that a double would not hold as texts.
inline std::optional<std::int64_t> to_integer(const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return *integer;
    const auto* text = std::get_if<std::string>(&value);
    std::int64_t integer = 0;
    if (!text || text->size() < 16)
        return std::nullopt;
    const char* const end = text->data() + text->size();
    const auto [stop, fault] = std::from_chars(text->data(), end, integer);
    if (fault != std::errc() || stop != end)
        return std::nullopt;
    return integer;
}

// The value as a T, or none where it is of another type.
template <class T>
std::optional<T> from_value(const Value& value) {
    if constexpr (std::is_same_v<T, Value>) {
        return value;
    } else if constexpr (std::is_same_v<T, bool>) {
        const auto integer = to_integer(value);
        return integer ? std::optional<bool>(*integer != 0) : std::nullopt;
    } else if constexpr (std::is_integral_v<T>) {
        const auto integer = to_integer(value);
        return integer && std::in_range<T>(*integer) ? std::optional<T>(static_cast<T>(*integer)) : std::nullopt;
    } else if constexpr (std::is_floating_point_v<T>) {
        if (const auto* real = std::get_if<double>(&value))
            return static_cast<T>(*real);
        const auto integer = to_integer(value);
        return integer ? std::optional<T>(static_cast<T>(*integer)) : std::nullopt;
    } else if constexpr (std::is_same_v<T, std::string> || std::is_same_v<T, Blob>) {
        const T* const found = std::get_if<T>(&value);
        return found ? std::optional<T>(*found) : std::nullopt;
    } else {
        static_assert(kNever<T>, "a column is an integer, bool, double, std::string, Blob or an optional of these");
    }
}

// Takes the next column of `row` into a tuple's element; notes the first that does not fit.
template <class T>
T take_column(const std::vector<std::string>& names, const Row& row, std::size_t& column, std::optional<Error>& error) {
    const std::size_t index = column++;
    if constexpr (IsOptional<T>::value) {
        if (std::holds_alternative<std::nullptr_t>(row[index]))
            return std::nullopt;
        return take_column<typename T::value_type>(names, row, --column, error);
    } else {
        std::optional<T> value = from_value<T>(row[index]);
        if (!value && !error)
            error = Error{"sql_type", "column '" + names[index] + "' is " + std::string(type_name(row[index])) +
                                          ", which is not what was asked for"};
        return value ? *std::move(value) : T{};
    }
}

template <class... Columns>
Result<std::tuple<Columns...>> to_tuple(const std::vector<std::string>& names, const Row& row) {
    if (row.size() != sizeof...(Columns))
        return Error{"sql_type", "the row has " + std::to_string(row.size()) + " columns, not " +
                                     std::to_string(sizeof...(Columns))};
    std::size_t column = 0;
    std::optional<Error> error;
    std::tuple<Columns...> columns{take_column<Columns>(names, row, column, error)...};
    if (error)
        return *std::move(error);
    return columns;
}

inline Json to_json(const Value& value) {
    if (const auto* integer = std::get_if<std::int64_t>(&value))
        return *integer;
    if (const auto* real = std::get_if<double>(&value))
        return *real;
    if (const auto* text = std::get_if<std::string>(&value))
        return *text;
    return nullptr;
}

}  // namespace skep::sql::detail
