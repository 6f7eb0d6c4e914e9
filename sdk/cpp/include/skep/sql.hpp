// The service's own database, granted by `data = true`: statements run in the transaction of the handler, and what
// they write becomes durable with its reply, or not at all.
//
//   auto found = skep::sql::rows<std::int64_t, std::string>("SELECT id, name FROM products WHERE price < ?", 500);
//   if (!found)
//       return skep::Response::problem(found.error());
//   for (const auto& [id, name] : *found) …
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "skep/detail/form.hpp"
#include "skep/detail/sql_convert.hpp"
#include "skep/json.hpp"

#if defined(SKEP_WIT)
#include "skep/detail/store_wit.hpp"
#else
#include "skep/detail/store_core.hpp"
#endif

namespace skep::sql {

// The rows of a statement, their values as they come. Parameters stand for `?`, `?1` or `$1` and may be nullptr, bool,
// numbers, texts, Blob, and optionals of these.
template <class... Params>
Result<Rows> query(std::string_view statement, const Params&... params) {
    return host::sql_query(statement, {detail::to_value(params)...});
}

// The rows as tuples of these types: integers, double, bool, std::string, Blob, and optionals of these for columns
// that may be null. A value of another type, and another number of columns, is the error `sql_type`.
template <class... Columns, class... Params>
Result<std::vector<std::tuple<Columns...>>> rows(std::string_view statement, const Params&... params) {
    Result<Rows> found = query(statement, params...);
    if (!found)
        return found.error();
    std::vector<std::tuple<Columns...>> typed;
    for (const Row& row : found->rows) {
        Result<std::tuple<Columns...>> columns = detail::to_tuple<Columns...>(found->names, row);
        if (!columns)
            return columns.error();
        typed.push_back(*std::move(columns));
    }
    return typed;
}

// The first row, or none.
template <class... Columns, class... Params>
Result<std::optional<std::tuple<Columns...>>> row(std::string_view statement, const Params&... params) {
    Result<Rows> found = query(statement, params...);
    if (!found)
        return found.error();
    if (found->rows.empty())
        return std::optional<std::tuple<Columns...>>();
    Result<std::tuple<Columns...>> columns = detail::to_tuple<Columns...>(found->names, found->rows.front());
    if (!columns)
        return columns.error();
    return std::optional<std::tuple<Columns...>>(*std::move(columns));
}

// Runs a statement for its effect.
template <class... Params>
Result<Executed> execute(std::string_view statement, const Params&... params) {
    return host::sql_execute(statement, {detail::to_value(params)...});
}

// The rows as an array of objects; bytes become null.
inline Json to_json(const Rows& rows) {
    Json array = Json::array();
    for (const Row& row : rows.rows) {
        Json object = Json::object();
        for (std::size_t column = 0; column < row.size(); ++column)
            object.set(rows.names[column], detail::to_json(row[column]));
        array.push(std::move(object));
    }
    return array;
}

}  // namespace skep::sql
