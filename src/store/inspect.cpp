#include "store/inspect.hpp"

#include "store/detail/open_store.hpp"
#include "store/row_format.hpp"

namespace skep::store {
namespace {

// A read connection with a snapshot open on it.
class Look {
public:
    static Result<Look> begin(ServiceStore& store, TimePoint deadline) {
        TRY(StorePin pin, store.pin_blocking());
        TRY(Readers::Lease lease, pin->readers().open_one());
        if (!lease)
            return fail("readers_busy", "every read connection of the store is in use");
        TRY_DO(lease.connection().execute("BEGIN"));
        return Look(std::move(pin), std::move(lease), deadline);
    }
    Look(Look&&) = default;
    Look& operator=(Look&&) = delete;
    ~Look() {
        if (lease_)
            disregard(lease_.connection().execute("COMMIT"));
    }

    Result<Bytes> read(std::string_view sql) {
        Connection& connection = lease_.connection();
        TRY(GuestStatement* const statement, connection.prepare(sql));
        if (connection.writes(*statement))
            return fail("sql_refused", "the statement writes: only the service's own handlers and migrations do that");
        TRY(StatementResult result, connection.run(*statement, {}, {.deadline = deadline_}));
        return std::move(result.rows);
    }

private:
    Look(StorePin pin, Readers::Lease lease, TimePoint deadline)
        : pin_(std::move(pin)), lease_(std::move(lease)), deadline_(deadline) {}

    // Destroyed from the bottom up.
    StorePin pin_;
    Readers::Lease lease_;
    TimePoint deadline_;
};

// `text` between two of `mark`: a name in "", a text in ''.
std::string quoted(std::string_view text, char mark) {
    std::string out(1, mark);
    for (const char c : text) {
        out += c;
        if (c == mark)
            out += c;
    }
    return out + mark;
}

std::string text_of(const Value& value) {
    const auto* text = std::get_if<std::string_view>(&value);
    return text != nullptr ? std::string(*text) : std::string();
}

// The values of two columns of texts.
Result<std::vector<std::pair<std::string, std::string>>> pairs_of(const Bytes& rows) {
    TRY(RowReader reader, RowReader::rows(rows.view()));
    std::vector<std::pair<std::string, std::string>> pairs;
    while (!reader.at_end()) {
        TRY(const Value first, reader.next());
        TRY(const Value second, reader.next());
        pairs.emplace_back(text_of(first), text_of(second));
    }
    return pairs;
}

Result<std::uint64_t> count_rows(Look& look, std::string_view table) {
    TRY(const Bytes rows, look.read("SELECT count(*) FROM " + quoted(table, '"')));
    TRY(RowReader reader, RowReader::rows(rows.view()));
    TRY(const Value value, reader.next());
    const auto* count = std::get_if<std::int64_t>(&value);
    return count != nullptr ? static_cast<std::uint64_t>(*count) : 0;
}

Result<std::vector<std::string>> columns_of(Look& look, std::string_view table) {
    TRY(const Bytes rows, look.read(fmt::format("SELECT name, type FROM pragma_table_info({})", quoted(table, '\''))));
    TRY(const auto pairs, pairs_of(rows));
    std::vector<std::string> columns;
    for (const auto& [name, type] : pairs)
        columns.push_back(type.empty() ? name : name + " " + type);
    return columns;
}

}  // namespace

Result<std::vector<TableInfo>> tables_of(ServiceStore& store, TimePoint deadline) {
    TRY(Look look, Look::begin(store, deadline));
    TRY(const Bytes rows, look.read("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') "
                                    "AND name NOT LIKE '\\_skep\\_%' ESCAPE '\\' "
                                    "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY name"));
    TRY(const auto names, pairs_of(rows));
    std::vector<TableInfo> tables;
    for (const auto& [name, kind] : names) {
        TableInfo& table = tables.emplace_back(TableInfo{.name = name, .kind = kind});
        TRY(table.columns, columns_of(look, name));
        TRY(table.rows, count_rows(look, name));
    }
    return tables;
}

Result<Bytes> query_store(ServiceStore& store, std::string_view sql, TimePoint deadline) {
    TRY(Look look, Look::begin(store, deadline));
    return look.read(sql);
}

}  // namespace skep::store
