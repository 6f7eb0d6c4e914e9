#include "base/utf8.hpp"
#include "host/detail/operation.hpp"
#include "host/detail/sql_json.hpp"
#include "host/host_interfaces.hpp"
#include "store/row_format.hpp"

namespace skep::host {
namespace {

using store::Executed;

// What a call asks for, by either interface.
struct Statement {
    store::HandlerTransaction* transaction;
    std::string sql;
    std::string params;  // in the row format
};

std::string no_params() {
    store::RowWriter writer;
    writer.begin_params(0);
    return std::move(writer).take();
}

Result<Statement> statement_of(wasm::GuestTask& task, HostArgs args) {
    TRY(store::HandlerTransaction* const transaction, services_of(task).database());
    std::string params = args.text(1).empty() ? no_params() : std::string(args.text(1));
    return Statement{transaction, std::string(args.text(0)), std::move(params)};
}

Result<Statement> core_statement_of(wasm::GuestTask& task, HostArgs args) {
    TRY(store::HandlerTransaction* const transaction, services_of(task).database());
    if (!is_utf8(args.text(0)))
        return fail("sql_invalid", "the statement is not UTF-8");
    TRY(std::string params, params_of_json(args.text(1)));
    return Statement{transaction, std::string(args.text(0)), std::move(params)};
}

void answer_rows(HostCall call, Result<Bytes> rows) {
    if (rows)
        std::move(call).done(*std::move(rows));
    else
        std::move(call).fail(rows.error());
}

void answer_executed(HostCall call, Result<Executed> executed) {
    if (!executed)
        return std::move(call).fail(executed.error());
    store::RowWriter row;
    row.begin_rows({"rows_affected", "last_insert_id"});
    row.integer(executed->rows_affected);
    row.integer(executed->last_insert_id);
    std::move(call).done_copy(std::move(row).take());
}

void answer_executed_json(HostCall call, Result<Executed> executed) {
    if (!executed)
        return std::move(call).fail(executed.error());
    std::move(call).done_copy(json_of_executed(executed->rows_affected, executed->last_insert_id));
}

using Reader = Result<Statement> (*)(wasm::GuestTask&, HostArgs);

template <Reader kRead, store::RowForm kForm>
void query(wasm::GuestTask& task, HostArgs args, HostCall call) {
    Result<Statement> statement = kRead(task, args);
    if (!statement)
        return std::move(call).fail(statement.error());
    auto [transaction, sql, params] = *std::move(statement);
    run(task, std::move(call), transaction->query(std::move(sql), std::move(params), kForm), answer_rows);
}

template <Reader kRead, void (*kAnswer)(HostCall, Result<Executed>)>
void execute(wasm::GuestTask& task, HostArgs args, HostCall call) {
    Result<Statement> statement = kRead(task, args);
    if (!statement)
        return std::move(call).fail(statement.error());
    auto [transaction, sql, params] = *std::move(statement);
    run(task, std::move(call), transaction->execute(std::move(sql), std::move(params)), kAnswer);
}

}  // namespace

Result<> add_sql(wasm::HostFunctions& functions) {
    constexpr std::string_view kInterface = "skep:platform/sql@0.1.0";
    const Shape shape{{Param::string, Param::bytes}, ResultShape::bytes, Answered::later};
    TRY_DO(functions.add(kInterface, "query", shape, query<statement_of, nullptr>));
    TRY_DO(functions.add(kInterface, "execute", shape, execute<statement_of, answer_executed>));
    const CoreShape core_shape{.strings = 2, .result = CoreResult::data};
    TRY_DO(functions.add_core("database", "query", core_shape, query<core_statement_of, json_of_rows>));
    return functions.add_core("database", "execute", core_shape, execute<core_statement_of, answer_executed_json>);
}

}  // namespace skep::host
