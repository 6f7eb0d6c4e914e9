#pragma once
// SQL values as JSON, as the core interface has them (wit/README.md).

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace skep::host {

// The parameters of `json`, an array or an empty text, in the row format. Fails with `sql_params`.
Result<std::string> params_of_json(std::string_view json);

// A store::RowForm: an array with an object for each row. Fails with `result_too_large`, and `row_format_invalid` for
// what no store gives.
Result<std::string> json_of_rows(std::string_view rows);

std::string json_of_executed(std::int64_t rows_affected, std::int64_t last_insert_id);
std::string json_of_keys(const std::vector<std::string>& keys);

}  // namespace skep::host
