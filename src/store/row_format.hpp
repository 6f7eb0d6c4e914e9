#pragma once
// The row format: how parameters travel to a statement and rows back (docs/formats/rows.md).

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace skep::store {

struct Null {
    friend bool operator==(Null, Null) = default;
};
struct Blob {
    std::string_view bytes;
    friend bool operator==(const Blob&, const Blob&) = default;
};
// A value of SQLite; texts and blobs are views of where it was read from.
using Value = std::variant<Null, std::int64_t, double, std::string_view, Blob>;

// Rows in another form, from those in the row format; no bytes stand for a statement without columns.
using RowForm = Result<std::string> (*)(std::string_view rows);

// Appends to a buffer. Parameters are `begin_params(count)` and then `count` values; rows are `begin_rows(names)` and
// then, row by row, one value for each name.
class RowWriter {
public:
    RowWriter() = default;
    // Goes on after `begun`, what another writer wrote.
    explicit RowWriter(std::string begun) : buffer_(std::move(begun)) {}

    void begin_params(std::size_t count);
    void begin_rows(const std::vector<std::string_view>& names);
    void null();
    void integer(std::int64_t value);
    void real(double value);
    void text(std::string_view value);
    void blob(std::string_view bytes);
    void value(const Value& value);

    std::size_t size() const { return buffer_.size(); }
    std::string take() && { return std::move(buffer_); }

private:
    std::string buffer_;
};

// Reads what a guest or a store wrote; every input is hostile. Fails with `row_format_invalid`.
class RowReader {
public:
    // `bytes` outlive the reader and its values.
    static Result<RowReader> params(std::string_view bytes);
    static Result<RowReader> rows(std::string_view bytes);

    // The number of parameters, or of columns.
    std::size_t count() const { return count_; }
    // The columns' names; empty for parameters.
    const std::vector<std::string_view>& names() const { return names_; }

    bool at_end() const { return rest_.empty(); }
    Result<Value> next();

private:
    std::string_view rest_;
    std::size_t count_ = 0;
    std::vector<std::string_view> names_;
};

}  // namespace skep::store
