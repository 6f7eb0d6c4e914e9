#include "host/traced_transaction.hpp"

#include "store/statement_text.hpp"

namespace skep::host {
namespace {

constexpr std::size_t kStatementShown = 512;

}  // namespace

template <typename T>
async::Task<Result<T>> TracedTransaction::span(std::string name, std::string statement, async::Task<Result<T>> work) {
    const GuestServices::Span begun = services_.begin_span(std::move(name));
    Result<T> result = co_await std::move(work);
    GuestServices::Fields fields;
    if (!statement.empty())
        fields.emplace_back("statement", std::move(statement));
    if (!result)
        fields.emplace_back("code", result.error().name());
    services_.log_span(begun, std::move(fields));
    co_return result;
}

async::Task<Result<Bytes>> TracedTransaction::query(std::string sql, std::string params) {
    std::string shown = store::statement_text(sql, kStatementShown);
    return span("db.query", std::move(shown), inner_->query(std::move(sql), std::move(params)));
}

async::Task<Result<store::Executed>> TracedTransaction::execute(std::string sql, std::string params) {
    std::string shown = store::statement_text(sql, kStatementShown);
    return span("db.execute", std::move(shown), inner_->execute(std::move(sql), std::move(params)));
}

async::Task<Result<std::optional<Bytes>>> TracedTransaction::kv_get(std::string key) {
    return span("kv.get", {}, inner_->kv_get(std::move(key)));
}

async::Task<Result<>> TracedTransaction::kv_set(std::string key, std::string value) {
    return span("kv.set", {}, inner_->kv_set(std::move(key), std::move(value)));
}

async::Task<Result<bool>> TracedTransaction::kv_delete(std::string key) {
    return span("kv.delete", {}, inner_->kv_delete(std::move(key)));
}

async::Task<Result<std::vector<std::string>>> TracedTransaction::kv_list(std::string prefix, std::string after,
                                                                         std::uint64_t limit) {
    return span("kv.list", {}, inner_->kv_list(std::move(prefix), std::move(after), limit));
}

async::Task<Result<>> TracedTransaction::begin() {
    return span("db.begin", {}, inner_->begin());
}

async::Task<Result<>> TracedTransaction::commit() {
    return span("db.commit", {}, inner_->commit());
}

async::Task<Result<>> TracedTransaction::rollback() {
    return span("db.rollback", {}, inner_->rollback());
}

async::Task<Result<>> TracedTransaction::step_out(store::Wait wait) {
    return span("db.step_out", {}, inner_->step_out(wait));
}

async::Task<Result<std::optional<model::Response>>> TracedTransaction::admit(model::Request& request) {
    if (!std::holds_alternative<model::KeyedExecution>(services_.context().execution))
        return inner_->admit(request);
    return span("db.admit", {}, inner_->admit(request));
}

async::Task<Result<store::Ending>> TracedTransaction::end(model::Response* response, Meanwhile meanwhile) {
    return span("db.end", {}, inner_->end(response, std::move(meanwhile)));
}

async::Task<Result<>> TracedTransaction::leave_streaming() {
    return span("db.leave_streaming", {}, inner_->leave_streaming());
}

}  // namespace skep::host
