#include "store/detail/sql/statement.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <sqlite3.h>

#include "base/utf8.hpp"

namespace skep::store {
namespace {

// The N of a parameter `$N`; nothing for any other.
std::optional<int> number_of(const char* name) {
    if (name == nullptr || name[0] != '$')
        return std::nullopt;
    const std::string_view digits(name + 1);
    int number = 0;
    const auto [end, fault] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (fault != std::errc() || end != digits.data() + digits.size())
        return std::nullopt;
    return number;
}

// The value first, then its size: the other order may convert it in between.
std::string_view text_of(sqlite3_stmt* statement, int column) {
    const auto* data = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

std::string_view blob_of(sqlite3_stmt* statement, int column) {
    const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
    return {data, static_cast<std::size_t>(sqlite3_column_bytes(statement, column))};
}

}  // namespace

void StatementCloser::operator()(sqlite3_stmt* statement) const {
    sqlite3_finalize(statement);
}

Result<PreparedStatement> PreparedStatement::of(StatementHandle handle) {
    PreparedStatement statement;
    statement.handle_ = std::move(handle);
    statement.writes_ = sqlite3_stmt_readonly(statement.handle_.get()) == 0;
    TRY_DO(statement.map_parameters());
    return statement;
}

// SQLite takes `$2` for a name and numbers names in the order in which they come; here it is the second parameter.
Result<> PreparedStatement::map_parameters() {
    sqlite3_stmt* statement = handle_.get();
    const int count = sqlite3_bind_parameter_count(statement);
    const int most = sqlite3_limit(sqlite3_db_handle(statement), SQLITE_LIMIT_VARIABLE_NUMBER, -1);
    int numbered = 0;
    for (int index = 1; index <= count; ++index) {
        const auto number = number_of(sqlite3_bind_parameter_name(statement, index));
        if (!number)
            continue;
        if (*number < 1 || *number > most)
            return fail("sql_params", "${} is no parameter: they are $1 to ${}", *number, most);
        ++numbered;
        const auto position = static_cast<std::size_t>(*number);
        places_.resize(std::max(places_.size(), position));
        numbered -= places_[position - 1] != 0;
        places_[position - 1] = index;
    }
    if (numbered != 0 && numbered != count)
        return fail("sql_params", "the statement mixes $1 with other kinds of parameters");
    parameters_ = numbered != 0 ? places_.size() : static_cast<std::size_t>(count);
    return {};
}

Result<> PreparedStatement::bind(std::string_view params) {
    if (params.empty())
        return expect_values(0);
    TRY(RowReader reader, RowReader::params(params));
    TRY_DO(expect_values(reader.count()));
    for (std::size_t i = 0; i < parameters_; ++i) {
        TRY(const Value value, reader.next());
        const int index = places_.empty() ? static_cast<int>(i + 1) : places_[i];
        const auto* text = std::get_if<std::string_view>(&value);
        if (text != nullptr && !is_utf8(*text))
            return fail("sql_params", "parameter {} is a text that is not UTF-8: give it as bytes", i + 1);
        const int code = index == 0 ? SQLITE_OK : bind_value(index, value);
        if (code != SQLITE_OK)
            return fail("sql_params", "parameter {}: {}", i + 1, sqlite3_errstr(code));
    }
    if (!reader.at_end())
        return fail("row_format_invalid", "bytes follow the last parameter");
    return {};
}

Result<> PreparedStatement::expect_values(std::size_t given) const {
    if (given != parameters_)
        return fail("sql_params", "the statement has {} parameters, {} values were given", parameters_, given);
    return {};
}

int PreparedStatement::bind_value(int index, const Value& value) {
    struct Binder {
        sqlite3_stmt* statement;
        int index;
        int operator()(Null) const { return sqlite3_bind_null(statement, index); }
        int operator()(std::int64_t given) const { return sqlite3_bind_int64(statement, index, given); }
        int operator()(double given) const { return sqlite3_bind_double(statement, index, given); }
        int operator()(std::string_view given) const {
            return sqlite3_bind_text64(statement, index, given.data(), given.size(), SQLITE_STATIC, SQLITE_UTF8);
        }
        int operator()(const Blob& given) const {
            return sqlite3_bind_blob64(statement, index, given.bytes.data(), given.bytes.size(), SQLITE_STATIC);
        }
    };
    return std::visit(Binder{handle_.get(), index}, value);
}

int PreparedStatement::run(std::size_t limit, std::string& rows) {
    sqlite3_stmt* statement = handle_.get();
    int code = sqlite3_step(statement);
    const int columns = sqlite3_column_count(statement);
    if (columns == 0 || (code != SQLITE_ROW && code != SQLITE_DONE))
        return code;
    if (const int times = sqlite3_stmt_status(statement, SQLITE_STMTSTATUS_REPREPARE, 0); times != head_of_) {
        write_head();
        head_of_ = times;
    }
    RowWriter writer(head_);
    for (; code == SQLITE_ROW; code = sqlite3_step(statement)) {
        if (!write_row(writer, columns, limit))
            return kRowsTooLarge;
    }
    rows = std::move(writer).take();
    return code;
}

// False once the rows would exceed `limit`.
bool PreparedStatement::write_row(RowWriter& writer, int columns, std::size_t limit) const {
    sqlite3_stmt* statement = handle_.get();
    for (int column = 0; column < columns; ++column) {
        switch (sqlite3_column_type(statement, column)) {
            case SQLITE_NULL:
                writer.null();
                break;
            case SQLITE_INTEGER:
                writer.integer(sqlite3_column_int64(statement, column));
                break;
            case SQLITE_FLOAT:
                writer.real(sqlite3_column_double(statement, column));
                break;
            case SQLITE_TEXT: {
                const std::string_view text = text_of(statement, column);
                if (text.size() > limit)
                    return false;
                writer.text(text);
                break;
            }
            default: {
                const std::string_view bytes = blob_of(statement, column);
                if (bytes.size() > limit)
                    return false;
                writer.blob(bytes);
            }
        }
        if (writer.size() > limit)
            return false;
    }
    return true;
}

void PreparedStatement::write_head() {
    sqlite3_stmt* statement = handle_.get();
    std::vector<std::string_view> names;
    for (int column = 0; column < sqlite3_column_count(statement); ++column)
        names.emplace_back(sqlite3_column_name(statement, column));
    RowWriter writer;
    writer.begin_rows(names);
    head_ = std::move(writer).take();
}

void PreparedStatement::reset() {
    sqlite3_reset(handle_.get());
    sqlite3_clear_bindings(handle_.get());
}

bool PreparedStatement::gives_rows() const {
    return sqlite3_column_count(handle_.get()) > 0;
}

bool PreparedStatement::was_prepared_anew() {
    const int times = sqlite3_stmt_status(handle_.get(), SQLITE_STMTSTATUS_REPREPARE, 0);
    return std::exchange(times_prepared_, times) != times;
}

}  // namespace skep::store
