#pragma once
// A prepared statement: its parameters bound from the row format, its rows written in it.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "store/detail/sql/sql_rules.hpp"
#include "store/detail/sql/statement_history.hpp"
#include "store/detail/sql/tokenizer.hpp"
#include "store/row_format.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace skep::store {

struct StatementCloser {
    void operator()(sqlite3_stmt* statement) const;
};
using StatementHandle = std::unique_ptr<sqlite3_stmt, StatementCloser>;

class PreparedStatement {
public:
    // Fails with `sql_params` where `$1` is mixed with other kinds of parameters.
    static Result<PreparedStatement> of(StatementHandle handle);

    // Gives every parameter its value; `params` outlive the run. Fails with `sql_params`, `row_format_invalid`.
    Result<> bind(std::string_view params);

    // Steps to the end, the rows in `rows`. Returns SQLITE_DONE, what SQLite failed with, or kRowsTooLarge once the
    // rows exceed `limit` bytes; `reset` ends the run then.
    int run(std::size_t limit, std::string& rows);
    static constexpr int kRowsTooLarge = -1;

    // Ends the run and forgets the values.
    void reset();

    sqlite3_stmt* handle() const { return handle_.get(); }
    bool writes() const { return writes_; }
    bool gives_rows() const;
    // Whether SQLite has prepared it anew since the last call, because the schema had changed.
    bool was_prepared_anew();

private:
    Result<> map_parameters();
    Result<> expect_values(std::size_t given) const;
    int bind_value(int index, const Value& value);
    bool write_row(RowWriter& writer, int columns, std::size_t limit) const;
    void write_head();

    StatementHandle handle_;
    std::string head_;  // the columns' names in the row format
    int head_of_ = -1;  // how often the statement had been prepared anew when `head_` was written
    std::size_t parameters_ = 0;
    std::vector<int> places_;  // SQLite's index of each parameter, where it differs from its position
    int times_prepared_ = 0;
    bool writes_ = false;
};

// A guest's statement as a connection keeps it.
class GuestStatement {
public:
    GuestStatement(std::string_view sql, PreparedStatement prepared, Verb verb, std::shared_ptr<TextHistory> history)
        : text(sql), prepared(std::move(prepared)), verb(verb), history(std::move(history)) {}

    const std::string text;
    PreparedStatement prepared;
    const Verb verb;
    // Whether it makes the store larger, and by no more than its parameters and some pages.
    const bool grows = prepared.writes() && verb != Verb::remove && verb != Verb::drop;
    const bool grows_little = verb == Verb::insert && !mentions(text, "SELECT");
    const std::shared_ptr<TextHistory> history;
    std::uint32_t schema = 0;             // the history's, when it last ran
    std::uint32_t short_inline_runs = 0;  // since the last that was not
};

}  // namespace skep::store
