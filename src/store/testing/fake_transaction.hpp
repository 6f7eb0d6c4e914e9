#pragma once
// FakeTransaction: a HandlerTransaction whose answers the test gives.

#include <deque>
#include <map>
#include <string>
#include <vector>

#include "async/signal.hpp"
#include "store/handler_transaction.hpp"
#include "store/row_format.hpp"

namespace skep::store {

// Keeps keys in a map and notes everything that it is asked. SQL is not understood: rows come from the test.
class FakeTransaction final : public HandlerTransaction {
public:
    explicit FakeTransaction(async::Loop& loop) : changed_(loop), stopped_(loop) {}

    // What the next statement answers, instead of no rows and nothing affected.
    void give_rows(std::string rows) { rows_.push_back(std::move(rows)); }
    void give_executed(Executed executed) { executed_ = executed; }
    // Every operation from now on fails.
    void fail_with(Error error) { failure_ = std::move(error); }
    // Operations wait from now on until `release`.
    void hold() { held_ = true; }
    void release();
    // What `step_out` says, and which keys calls carry.
    void refuse_step_out(Error error) { step_out_failure_ = std::move(error); }
    // Whether it holds a turn that it would have to give back.
    void hold_turn(bool held) { holds_turn_ = held; }
    void give_call_keys(std::string execution) { execution_ = std::move(execution); }

    // "query SELECT 1", "kv_get a", "step_out call", "begin" …, in order; operations that wait are not among them yet.
    const std::vector<std::string>& calls() const { return calls_; }
    // The parameters of the last statement.
    const std::string& params() const { return params_; }
    std::map<std::string, std::string>& keys() { return keys_; }

    async::Task<Result<Bytes>> query(std::string sql, std::string params, RowForm form = nullptr) override;
    async::Task<Result<Executed>> execute(std::string sql, std::string params) override;
    async::Task<Result<std::optional<Bytes>>> kv_get(std::string key) override;
    async::Task<Result<>> kv_set(std::string key, std::string value) override;
    async::Task<Result<bool>> kv_delete(std::string key) override;
    async::Task<Result<std::vector<std::string>>> kv_list(std::string prefix, std::string after,
                                                          std::uint64_t limit) override;
    async::Task<Result<>> begin() override { return note("begin"); }
    async::Task<Result<>> commit() override { return note("commit"); }
    async::Task<Result<>> rollback() override { return note("rollback"); }
    async::Task<Result<>> step_out(Wait wait) override;
    Result<bool> may_wait(Wait wait) const override;
    bool holds_turn() const override { return holds_turn_; }
    std::optional<std::string> key_of_next_call() override;
    async::Task<Result<std::optional<model::Response>>> admit(model::Request& request) override;
    async::CancelSource& stopped() override { return stopped_; }
    async::Task<Result<Ending>> end(model::Response* response, Meanwhile meanwhile = nullptr) override;
    async::Task<Result<>> leave_streaming() override { return note("leave_streaming"); }
    bool may_stream() const override { return true; }

private:
    // Waits while held, then notes `call` and fails where that was asked for.
    async::Task<Result<>> note(std::string call);

    async::Signal changed_;
    async::CancelSource stopped_;
    bool held_ = false;
    bool holds_turn_ = false;
    std::deque<std::string> rows_;
    Executed executed_;
    std::optional<Error> failure_;
    std::optional<Error> step_out_failure_;
    std::optional<std::string> execution_;
    int next_call_ = 1;
    std::vector<std::string> calls_;
    std::string params_;
    std::map<std::string, std::string> keys_;
};

}  // namespace skep::store
