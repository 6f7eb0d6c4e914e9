#pragma once
// HandlerTransaction: what one run of a handler does in its service's store, durable as a whole or not at all.

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/cancel.hpp"
#include "async/task.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/call_context.hpp"
#include "model/message.hpp"
#include "store/handler_options.hpp"
#include "store/row_format.hpp"

namespace skep::store {

struct Executed {
    std::int64_t rows_affected = 0;
    std::int64_t last_insert_id = 0;
};

// What a handler wants to wait for, outside of its store.
enum class Wait : std::uint8_t { call, timer };

// How the end of a handler came out.
enum class Ending : std::uint8_t {
    settled,    // what it did is durable, or nothing of it remains where it failed
    run_again,  // nothing of it remains and nobody saw anything: run it once more from its request
};

// Belongs to the io thread of its handler. One operation runs at a time; more wait in the order in which they came.
// Destroyed without `end`, the handler was cancelled: nothing of it remains.
//
// Every operation fails, besides the reasons of its statement (store/detail/sql/connection.hpp), with
// `turn_queue_full`, `readers_busy`, `snapshot_stale`, `transaction_timeout`, `write_after_reply`, `batch_rolled_back`,
// `store_failed`, `store_full`, `request_deadline_exceeded`, `resource_exhausted` (too many statements wait for a
// thread), and with why the request's body did not arrive; `commit` and `step_out` also with `outcome_unknown`.
class HandlerTransaction {
public:
    virtual ~HandlerTransaction() = default;

    // `params` and the rows are in the row format (store/row_format.hpp), the rows in `form` where one is given: it is
    // made where the statement runs, and where that fails the statement has.
    virtual async::Task<Result<Bytes>> query(std::string sql, std::string params, RowForm form = nullptr) = 0;
    virtual async::Task<Result<Executed>> execute(std::string sql, std::string params) = 0;

    // The service's keys, in the same transaction. A key has at most 1 KiB, a value 1 MiB. `list` gives at most `limit`
    // keys (0: 1,000) that begin with `prefix` and follow `after`, in order.
    virtual async::Task<Result<std::optional<Bytes>>> kv_get(std::string key) = 0;
    virtual async::Task<Result<>> kv_set(std::string key, std::string value) = 0;
    virtual async::Task<Result<bool>> kv_delete(std::string key) = 0;
    virtual async::Task<Result<std::vector<std::string>>> kv_list(std::string prefix, std::string after,
                                                                  std::uint64_t limit) = 0;

    // Takes the turn now: from here on, what is read cannot change under the handler, and it cannot wait.
    virtual async::Task<Result<>> begin() = 0;
    // Makes durable what was done so far; a new transaction follows. `commit_inside_keyed_execution`.
    virtual async::Task<Result<>> commit() = 0;
    // Undoes what was done so far. The handler's answer leaves all the same.
    virtual async::Task<Result<>> rollback() = 0;

    // Called before the handler waits for something outside. A turn that has written nothing is given back and the
    // batch that it may have read from is flushed. Fails with `call_inside_transaction` or `wait_inside_transaction`.
    virtual async::Task<Result<>> step_out(Wait wait) = 0;
    // Whether `step_out` has nothing to wait for, or why it would fail: for where the guest cannot be kept waiting.
    virtual Result<bool> may_wait(Wait wait) const = 0;

    // Whether other handlers of the service wait until this one has ended or given its turn back.
    virtual bool holds_turn() const = 0;

    // The key for the handler's next outgoing call, where it runs for a key itself: "<execution>.<ordinal>".
    virtual std::optional<std::string> key_of_next_call() = 0;

    // Before the guest starts, with the body of a keyed request whole: a reply that is recorded for the same key, which
    // replaces the run. Fails with `idempotency_key_reused` (422) and `idempotency_key_running` (409). Returns when the
    // guest may start: one that will take the turn stands in `HandlerOptions::line` first.
    virtual async::Task<Result<std::optional<model::Response>>> admit(model::Request& request) = 0;

    // Cancelled when the handler must stop where it stands, because its turn is over or its reads are stale.
    virtual async::CancelSource& stopped() = 0;

    // The handler has answered, `response` whole or its head with what has come of the body, or failed (nullptr).
    // Returns after the flush. An error replaces the response. `meanwhile` is called where there is a flush to wait
    // for, once the turn has gone to others.
    using Meanwhile = std::function<void()>;
    virtual async::Task<Result<Ending>> end(model::Response* response, Meanwhile meanwhile = nullptr) = 0;

    // The reply shall leave before the handler ends: from here on the handler reads snapshots and cannot write. Fails
    // with `reply_inside_transaction` where it has written, `reply_too_large_for_key`.
    virtual async::Task<Result<>> leave_streaming() = 0;
    // Whether `leave_streaming` needs not be asked: a safe method.
    virtual bool may_stream() const = 0;
};

}  // namespace skep::store
