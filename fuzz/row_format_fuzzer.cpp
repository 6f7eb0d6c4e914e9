// Any bytes as parameters and as rows: read to their end or refused, and what was read says the same once written
// again.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/check.hpp"
#include "store/row_format.hpp"

namespace {

using namespace skep::store;

// The values up to the end or the first fault.
std::vector<Value> values_of(RowReader& reader) {
    std::vector<Value> values;
    while (!reader.at_end()) {
        auto value = reader.next();
        if (!value)
            break;
        values.push_back(*value);
    }
    return values;
}

std::string written(const std::vector<Value>& values) {
    RowWriter writer;
    writer.begin_params(values.size());
    for (const Value& value : values)
        writer.value(value);
    return std::move(writer).take();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    if (auto rows = RowReader::rows(bytes))
        (void)values_of(*rows);
    auto params = RowReader::params(bytes);
    if (!params)
        return 0;
    const std::vector<Value> values = values_of(*params);
    if (values.size() > 32'767)
        return 0;
    const std::string again = written(values);
    auto reader = RowReader::params(again).value();
    CHECK(reader.count() == values.size());
    CHECK(written(values_of(reader)) == again);
    return 0;
}
