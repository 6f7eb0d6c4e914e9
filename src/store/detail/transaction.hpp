#pragma once
// Transaction: the HandlerTransaction over a ServiceStore.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/exclusive.hpp"
#include "store/detail/executions.hpp"
#include "store/detail/grip.hpp"
#include "store/handler_transaction.hpp"
#include "store/service_store.hpp"

namespace skep::store {

class Transaction final : public HandlerTransaction {
public:
    // `store` and `loop` outlive it.
    Transaction(ServiceStore& store, async::Loop& loop, HandlerOptions options, const model::CallContext& context);
    ~Transaction() override;

    async::Task<Result<Bytes>> query(std::string sql, std::string params, RowForm form = nullptr) override;
    async::Task<Result<Executed>> execute(std::string sql, std::string params) override;
    async::Task<Result<std::optional<Bytes>>> kv_get(std::string key) override;
    async::Task<Result<>> kv_set(std::string key, std::string value) override;
    async::Task<Result<bool>> kv_delete(std::string key) override;
    async::Task<Result<std::vector<std::string>>> kv_list(std::string prefix, std::string after,
                                                          std::uint64_t limit) override;
    async::Task<Result<>> begin() override;
    async::Task<Result<>> commit() override;
    async::Task<Result<>> rollback() override;
    async::Task<Result<>> step_out(Wait wait) override;
    Result<bool> may_wait(Wait wait) const override;
    bool holds_turn() const override { return grip_->holds_turn; }
    std::optional<std::string> key_of_next_call() override;
    async::Task<Result<std::optional<model::Response>>> admit(model::Request& request) override;
    async::CancelSource& stopped() override { return stopped_; }
    async::Task<Result<Ending>> end(model::Response* response, Meanwhile meanwhile = nullptr) override;
    async::Task<Result<>> leave_streaming() override;
    bool may_stream() const override;

private:
    struct Job;
    struct Timeout final : async::Timer {
        explicit Timeout(Transaction& owner) : transaction(owner) {}
        void expired() override {
            if (!transaction.job_)
                transaction.hold_expired();
        }
        Transaction& transaction;
    };
    enum class Access : std::uint8_t { read, write };
    // A guest's statement on its way.
    struct GuestText {
        std::string sql;
        std::string params;
        RowForm form = nullptr;
    };
    // One of the platform's own: `sql` is a literal.
    struct PlatformText {
        const char* sql;
        std::string params;
        Access access;
        enum class Place : std::uint8_t { here, here_unless_large, pool } place = Place::here;
        std::uint64_t grows_by = 0;  // bytes that the guest adds by it
    };
    struct PoolResult {
        Result<StatementResult> result;
        bool writes;
    };
    using PoolWork = std::function<PoolResult(Connection&)>;

    // transaction_statements.cpp: from a statement to its result, wherever it runs.
    async::Task<Result<StatementResult>> statement(GuestText text);
    async::Task<Result<StatementResult>> run(GuestText text);
    async::Task<Result<StatementResult>> platform_statement(PlatformText text);
    async::Task<Result<StatementResult>> run_platform(PlatformText text);
    async::Task<Result<StatementResult>> run_in_pool(PoolWork work);
    PoolWork pool_work(GuestText text) const;
    Connection& connection() { return grip_->holds_turn ? grip_->pin->writer() : grip_->lease.connection(); }
    StatementBounds bounds(RowForm form) const;
    void note(const Result<StatementResult>& result, bool writes);
    bool has_dropped_batch();
    Failure failed(Error error);
    // The transaction goes while its statement still runs on a pool, which keeps what it stands on.
    void leave_to_job();

    // transaction_turn.cpp: snapshot and turn.
    async::Task<Result<>> reach(Access access);
    async::Task<Result<>> ensure_pin();
    async::Task<Result<>> open_snapshot();
    async::Task<Result<Readers::Lease>> lease();
    async::Task<Result<Readers::Lease>> open_reader();
    async::Task<Result<>> take_turn();
    async::Task<Result<>> wait_to_start();
    async::Task<Result<>> wait_for_turn(std::shared_ptr<TurnWaiter> waiter);
    async::Task<Result<>> wait_within_deadline(async::Task<Result<>> told);
    Result<> enter();
    bool has_outstayed() const;
    void hold_expired();
    void lose_snapshot(Error stale);
    std::optional<Error> take_loss();
    void doom(Error error, bool can_run_again);
    void let_go();

    // transaction.cpp: its frame.
    async::Task<Result<FlushOutcome>> give_turn_back();
    async::Task<Result<std::optional<model::Response>>> find_record(const model::KeyedExecution& keyed);
    async::Task<Result<>> record(const model::Response& response);
    async::Task<Result<Ending>> keep(const model::Response& response);
    Result<Ending> ending_of(FlushOutcome outcome) const;
    Failure refusal_to_wait(Wait wait) const;
    bool is_keyed() const { return claim_ != nullptr; }
    bool may_run_again() const {
        const bool is_kept = options_.arrival == nullptr || options_.arrival->is_kept();
        return is_kept && !has_called_ && !options_.is_second_run;
    }

    ServiceStore& store_;
    async::Loop& loop_;
    HandlerOptions options_;
    const model::CallContext context_;
    async::Exclusive exclusive_;
    async::CancelSource stopped_;
    Timeout timeout_;
    std::shared_ptr<Grip> grip_;
    std::shared_ptr<Job> job_;  // a statement that runs on a pool
    TimePoint hold_ends_;       // of the turn, or of the snapshot

    bool has_written_ = false;
    bool may_have_changed_ = false;  // also by a statement that failed: OR FAIL leaves what came before
    bool has_begun_ = false;         // asked for the turn itself
    bool has_called_ = false;        // somebody outside has seen it
    bool is_streaming_ = false;
    bool wants_turn_ = false;    // a statement that writes was met on a snapshot
    std::optional<Error> doom_;  // it fails, whatever it answers
    bool doomed_may_run_again_ = false;
    std::optional<Error> lost_;  // the next statement fails
    Meanwhile meanwhile_;

    std::shared_ptr<Executions::Claim> claim_;  // until its record is durable
    ExecutionName name_{};
    std::uint64_t next_call_ = 0;
};

}  // namespace skep::store
