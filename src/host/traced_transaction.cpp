#include "host/traced_transaction.hpp"

#include "store/statement_text.hpp"

namespace skep::host {
namespace {

constexpr std::size_t kStatementShown = 512;

// Logged when it ends: `cancelled` where nobody waited for the result.
class OpenSpan {
public:
    OpenSpan(GuestServices& services, std::string name, std::string statement)
        : services_(services), span_(services.begin_span(std::move(name))), statement_(std::move(statement)) {}
    OpenSpan(const OpenSpan&) = delete;
    OpenSpan& operator=(const OpenSpan&) = delete;
    ~OpenSpan() {
        GuestServices::Fields fields;
        if (!statement_.empty())
            fields.emplace_back("statement", std::move(statement_));
        if (!code_.empty())
            fields.emplace_back("code", std::move(code_));
        services_.log_span(span_, std::move(fields));
    }

    void end(std::string_view code) { code_ = code; }

private:
    GuestServices& services_;
    GuestServices::Span span_;
    std::string statement_;
    std::string code_ = "cancelled";
};

}  // namespace

template <typename T>
async::Task<Result<T>> TracedTransaction::span(std::string name, std::string statement, async::Task<Result<T>> work) {
    OpenSpan span(services_, std::move(name), std::move(statement));
    Result<T> result = co_await std::move(work);
    span.end(result ? std::string_view() : result.error().name());
    co_return result;
}

async::Task<Result<Bytes>> TracedTransaction::query(std::string sql, std::string params, store::RowForm form) {
    std::string shown = store::statement_text(sql, kStatementShown);
    return span("db.query", std::move(shown), inner_->query(std::move(sql), std::move(params), form));
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
    return span("db.admit", {}, inner_->admit(request));
}

async::Task<Result<store::Ending>> TracedTransaction::end(model::Response* response, Meanwhile meanwhile) {
    return span("db.end", {}, inner_->end(response, std::move(meanwhile)));
}

async::Task<Result<>> TracedTransaction::leave_streaming() {
    return span("db.leave_streaming", {}, inner_->leave_streaming());
}

}  // namespace skep::host
