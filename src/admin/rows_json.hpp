#pragma once
// Rows of a store as JSON.

#include <string_view>

#include <boost/json/object.hpp>

#include "base/result.hpp"

namespace skep::admin {

// {"columns":["id"],"rows":[[1]]} of `rows` in the row format. An integer, a number, a text or null stay what they are;
// a text that is no UTF-8 and a blob become the text that SQL has for a blob, "x'0aff'". Fails with
// `row_format_invalid`.
Result<boost::json::object> rows_to_json(std::string_view rows);

}  // namespace skep::admin
