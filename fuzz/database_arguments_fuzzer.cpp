// Arguments of `database.*`: any text as parameters, refused by name or turned into the row format and, given back as
// a row, into the same JSON values; and any rows into JSON.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "base/check.hpp"
#include "host/detail/sql_json.hpp"
#include "store/row_format.hpp"

namespace {

using namespace skep;

// The parameters as one row, whose columns are their numbers.
std::string as_row(std::string_view params) {
    store::RowReader reader = store::RowReader::params(params).value();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < reader.count(); ++i)
        names.push_back(std::to_string(i));
    store::RowWriter row;
    row.begin_rows({names.begin(), names.end()});
    for (std::size_t i = 0; i < reader.count(); ++i)
        row.value(reader.next().value());
    CHECK(reader.at_end());
    return std::move(row).take();
}

boost::json::value parsed(const std::string& json) {
    boost::json::error_code fault;
    auto value = boost::json::parse(json, fault);
    CHECK(!fault);
    return value;
}

// A parameter and the same value in a row: integers may have become texts, truth is a number.
void check_same(const boost::json::value& given, const boost::json::value& shown) {
    if (given.is_string() && !shown.is_object())
        CHECK(shown.is_string() && given.get_string() == shown.get_string());
    CHECK(!given.is_null() || shown.is_null());
    CHECK(!given.is_bool() || (shown.is_int64() && shown.get_int64() == (given.get_bool() ? 1 : 0)));
    CHECK(!given.is_object() || given == shown);
}

void check_params(const std::string& text) {
    const auto params = host::params_of_json(text);
    if (!params) {
        CHECK(params.error().name() == "sql_params");
        return;
    }
    const auto rows = host::json_of_rows(as_row(*params));
    if (!rows || text.empty())
        return;
    const auto given = parsed(text);
    const auto shown = parsed(*rows);
    if (given.get_array().empty())
        return;
    const auto& row = shown.get_array().at(0).get_object();
    CHECK(row.size() == given.get_array().size());
    for (std::size_t i = 0; i < row.size(); ++i)
        check_same(given.get_array()[i], row.at(std::to_string(i)));
}

void check_rows(std::string_view bytes) {
    const auto json = host::json_of_rows(bytes);
    if (json)
        CHECK(parsed(*json).is_array());
    else
        CHECK(json.error().name() == "row_format_invalid" || json.error().name() == "result_too_large");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    const std::string input(reinterpret_cast<const char*>(bytes), size);
    check_params(input);
    check_rows(input);
    return 0;
}
