// Values of SQL, as every part of sql.hpp has them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace skep::sql {

// Bytes, where a string is a text.
struct Blob {
    std::string bytes;
    friend bool operator==(const Blob&, const Blob&) = default;
};

using Value = std::variant<std::nullptr_t, std::int64_t, double, std::string, Blob>;
using Row = std::vector<Value>;

// What a query gave. Every row has one value for each name. In CGI programs an empty result has no names.
struct Rows {
    std::vector<std::string> names;
    std::vector<Row> rows;

    bool empty() const { return rows.empty(); }
    std::size_t size() const { return rows.size(); }

    // The value of the column `name` in the row of that number; null where there is none.
    const Value* find(std::size_t row, std::string_view name) const {
        for (std::size_t column = 0; row < rows.size() && column < names.size(); ++column) {
            if (names[column] == name)
                return &rows[row][column];
        }
        return nullptr;
    }
};

// What a statement did.
struct Executed {
    std::int64_t rows_affected = 0;
    std::int64_t last_insert_id = 0;
};

}  // namespace skep::sql
