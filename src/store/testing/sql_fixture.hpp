#pragma once
// A database in a temporary folder, over the system's own files, and connections to it.

#include <filesystem>
#include <initializer_list>
#include <memory>
#include <stdlib.h>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/testing/manual_clock.hpp"
#include "store/detail/sql/connection.hpp"
#include "store/detail/sql/statement_history.hpp"
#include "store/row_format.hpp"

namespace skep::store {

// A folder that is gone with its owner.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string name = (std::filesystem::temp_directory_path() / "skep-sql-XXXXXX").string();
        path_ = ::mkdtemp(name.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

inline std::string params(std::initializer_list<Value> values) {
    RowWriter writer;
    writer.begin_params(values.size());
    for (const Value& value : values)
        writer.value(value);
    return std::move(writer).take();
}

// The rows of `bytes` as text: "1,Ann|2,Bob".
inline std::string shown(const Bytes& bytes) {
    auto reader = RowReader::rows(bytes.view()).value();
    struct Text {
        std::string operator()(Null) const { return "null"; }
        std::string operator()(std::int64_t value) const { return std::to_string(value); }
        std::string operator()(double value) const { return fmt::format("{:.2f}", value); }
        std::string operator()(std::string_view value) const { return std::string(value); }
        std::string operator()(const Blob& value) const { return fmt::format("<{} bytes>", value.bytes.size()); }
    };
    std::string text;
    for (std::size_t column = 0; !reader.at_end(); ++column) {
        if (column > 0)
            text += column % reader.count() == 0 ? "|" : ",";
        const Value value = reader.next().value();
        text += std::visit(Text{}, value);
    }
    return text;
}

// One writer over a new database; more connections on request.
class SqlFixture : public testing::Test {
protected:
    SqlFixture() : SqlFixture(SqlLimits{.ddl = true}) {}
    explicit SqlFixture(const SqlLimits& limits) : limits_(limits), writer_(connect(Role::writer).value()) {}

    Result<std::unique_ptr<Connection>> connect(Role role) {
        return Connection::open_at(place(), role, limits_, history_, clock_);
    }
    DatabasePlace place() const { return {.path = (folder_.path() / "store.db").string()}; }
    // The same rules of another kind hold from here on.
    void limit(const SqlLimits& limits) {
        limits_ = limits;
        writer_.reset();
        writer_ = connect(Role::writer).value();
    }

    StatementBounds bounds(bool is_inline = false) const {
        return {.deadline = clock_.now() + std::chrono::seconds(1), .is_inline = is_inline};
    }
    static Result<StatementResult> run_on(Connection& connection, std::string_view sql, std::string_view values,
                                          const StatementBounds& bounds) {
        TRY(GuestStatement* const statement, connection.prepare(sql));
        return connection.run(*statement, values, bounds);
    }
    Result<StatementResult> run(std::string_view sql, std::initializer_list<Value> values = {}) {
        return run_on(*writer_, sql, params(values), bounds());
    }
    // The rows of a statement that runs well.
    std::string rows(std::string_view sql, std::initializer_list<Value> values = {}) {
        return shown(run(sql, values).value().rows);
    }
    // "reason: message" of a statement that fails.
    std::string fault(std::string_view sql, std::initializer_list<Value> values = {}) {
        const auto result = run(sql, values);
        return result ? "none" : result.error().to_string();
    }
    // The reason of a statement that fails.
    std::string reason(std::string_view sql, std::initializer_list<Value> values = {}) {
        const auto result = run(sql, values);
        return result ? "none" : std::string(result.error().name());
    }

    TemporaryFolder folder_;
    ManualClock clock_;
    StatementHistory history_;
    SqlLimits limits_;
    std::unique_ptr<Connection> writer_;
};

}  // namespace skep::store
