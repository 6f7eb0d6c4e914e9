#include "admin/rows_json.hpp"

#include <cmath>

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "base/utf8.hpp"
#include "store/row_format.hpp"

namespace skep::admin {
namespace {

namespace json = boost::json;

json::value blob_literal(std::string_view bytes) {
    std::string text = "x'";
    for (const char byte : bytes)
        text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return json::value(text + "'");
}

struct ToJson {
    json::value operator()(store::Null) const { return nullptr; }
    json::value operator()(std::int64_t value) const { return value; }
    // JSON has no infinity.
    json::value operator()(double value) const {
        return std::isfinite(value) ? json::value(value) : json::value(fmt::format("{}", value));
    }
    json::value operator()(std::string_view value) const {
        return is_utf8(value) ? json::value(value) : blob_literal(value);
    }
    json::value operator()(store::Blob value) const { return blob_literal(value.bytes); }
};

}  // namespace

Result<json::object> rows_to_json(std::string_view bytes) {
    TRY(store::RowReader reader, store::RowReader::rows(bytes));
    if (reader.count() == 0 && !reader.at_end())
        return fail("row_format_invalid", "there are rows, but no columns");
    json::array columns;
    for (const std::string_view name : reader.names())
        columns.push_back(ToJson()(name));
    json::array rows;
    while (!reader.at_end()) {
        json::array row;
        for (std::size_t column = 0; column < reader.count(); ++column) {
            TRY(const store::Value value, reader.next());
            row.push_back(std::visit(ToJson(), value));
        }
        rows.push_back(std::move(row));
    }
    return json::object{{"columns", std::move(columns)}, {"rows", std::move(rows)}};
}

}  // namespace skep::admin
