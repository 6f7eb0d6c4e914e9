#pragma once
// TracedTransaction: a handler's transaction whose work appears as child spans of the request.

#include <memory>
#include <string>
#include <vector>

#include "host/guest_services.hpp"
#include "store/handler_transaction.hpp"

namespace skep::host {

// Asks `inner` for everything. What takes time is logged at level debug when it ends, as the guest's own spans are:
// `db.query`, `db.execute`, `kv.get` …, with `span_id`, `duration_ms`, the statement without its values, and `code`
// where it failed (`cancelled`: nobody waited for it any more). `db.end` is the end of the handler, with the wait for
// the flush.
class TracedTransaction final : public store::HandlerTransaction {
public:
    // `services` outlives it.
    TracedTransaction(std::unique_ptr<store::HandlerTransaction> inner, GuestServices& services)
        : inner_(std::move(inner)), services_(services) {}

    async::Task<Result<Bytes>> query(std::string sql, std::string params, store::RowForm form = nullptr) override;
    async::Task<Result<store::Executed>> execute(std::string sql, std::string params) override;
    async::Task<Result<std::optional<Bytes>>> kv_get(std::string key) override;
    async::Task<Result<>> kv_set(std::string key, std::string value) override;
    async::Task<Result<bool>> kv_delete(std::string key) override;
    async::Task<Result<std::vector<std::string>>> kv_list(std::string prefix, std::string after,
                                                          std::uint64_t limit) override;
    async::Task<Result<>> begin() override;
    async::Task<Result<>> commit() override;
    async::Task<Result<>> rollback() override;
    async::Task<Result<>> step_out(store::Wait wait) override;
    Result<bool> may_wait(store::Wait wait) const override { return inner_->may_wait(wait); }
    bool holds_turn() const override { return inner_->holds_turn(); }
    std::optional<std::string> key_of_next_call() override { return inner_->key_of_next_call(); }
    async::Task<Result<std::optional<model::Response>>> admit(model::Request& request) override;
    async::CancelSource& stopped() override { return inner_->stopped(); }
    async::Task<Result<store::Ending>> end(model::Response* response, Meanwhile meanwhile = nullptr) override;
    async::Task<Result<>> leave_streaming() override;
    bool may_stream() const override { return inner_->may_stream(); }

private:
    // Starts now and is logged with what `work` came to.
    template <typename T>
    async::Task<Result<T>> span(std::string name, std::string statement, async::Task<Result<T>> work);

    std::unique_ptr<store::HandlerTransaction> inner_;
    GuestServices& services_;
};

}  // namespace skep::host
