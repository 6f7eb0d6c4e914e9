#include "store/detail/transaction.hpp"

#include "async/guard.hpp"
#include "base/check.hpp"

namespace skep::store {
namespace {

constexpr auto kFlushPatience = std::chrono::seconds(5);

async::Task<Result<>> until_settled(FlushTicket& ticket) {
    while (!ticket.outcome)
        co_await ticket.changed.wait();
    co_return Result<>();
}

}  // namespace

Transaction::Transaction(ServiceStore& store, async::Loop& loop, HandlerOptions options,
                         const model::CallContext& context)
    : store_(store),
      loop_(loop),
      options_(std::move(options)),
      context_(context),
      exclusive_(loop),
      stopped_(loop),
      timeout_(*this),
      grip_(std::make_shared<Grip>()) {}

// A statement that runs on a pool keeps what it stands on.
Transaction::~Transaction() {
    timeout_.disarm();
    leave_to_job();
}

bool Transaction::may_stream() const {
    return is_streaming_ || (options_.mode == model::TransactionMode::late && !grip_->holds_turn && !is_keyed());
}

std::optional<std::string> Transaction::key_of_next_call() {
    if (!is_keyed())
        return std::nullopt;
    return hex(name_.id) + "." + std::to_string(++next_call_);
}

async::Task<Result<std::optional<model::Response>>> Transaction::admit(model::Request& request) {
    if (const auto* keyed = std::get_if<model::KeyedExecution>(&context_.execution)) {
        CHECK(!request.body.is_stream());
        name_ = name_of(*keyed, context_, request, request.body.buffered().view());
        claim_ = store_.executions().claim(name_.id);
        if (claim_ == nullptr)
            co_return fail("idempotency_key_running", "the request of this key is still running");
        CO_TRY_DO(co_await ensure_pin());
        if (store_.executions().may_have_record(name_.id)) {
            store_.learn_executions();
            CO_TRY(auto recorded, co_await find_record(*keyed));
            if (recorded)
                co_return recorded;
        }
    }
    if (options_.is_second_run) {
        store_.counters().reruns.fetch_add(1, std::memory_order_relaxed);
        CO_TRY_DO(co_await take_turn());
    } else if (options_.line && !options_.line->is_open() && options_.mode == model::TransactionMode::turn) {
        CO_TRY_DO(co_await wait_to_start());
    }
    co_return std::nullopt;
}

async::Task<Result<std::optional<model::Response>>> Transaction::find_record(const model::KeyedExecution& keyed) {
    Readers::Lease reader = grip_->pin->readers().try_lease();
    if (!reader) {
        CO_TRY(reader, co_await lease());
    }
    auto found = store_.executions().find(reader.connection(), name_, keyed, context_.peer);
    if (found && *found)
        store_.counters().replays.fetch_add(1, std::memory_order_relaxed);
    co_return found;
}

async::Task<Result<>> Transaction::begin() {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    CO_TRY_DO(co_await reach(Access::write));
    has_begun_ = true;
    co_return Result<>();
}

async::Task<Result<>> Transaction::commit() {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    if (doom_)
        co_return Failure(*doom_);
    lost_.reset();
    if (is_keyed())
        co_return fail("commit_inside_keyed_execution", "a handler that runs for a key commits with its reply");
    grip_->end_snapshot();
    if (!grip_->holds_turn)
        co_return Result<>();
    grip_->is_in_savepoint = false;
    Result<> kept = grip_->pin->keep(may_have_changed_);
    CO_TRY(const FlushOutcome outcome, co_await give_turn_back());
    if (!kept)
        co_return kept;
    has_called_ = true;  // a second run would do the first part twice
    CO_TRY_DO(ending_of(outcome));
    co_return Result<>();
}

async::Task<Result<>> Transaction::rollback() {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    if (doom_)
        co_return Failure(*doom_);
    lost_.reset();
    grip_->end_snapshot();
    if (!grip_->holds_turn) {
        has_begun_ = false;
        co_return Result<>();
    }
    CO_TRY(const FlushOutcome outcome, co_await give_turn_back());
    // It goes on with what it has read, which may be a mate's work.
    if (outcome != FlushOutcome::flushed) {
        doom(error("batch_rolled_back", "the flush that the handler had read from was rolled back"), true);
        co_return Failure(*doom_);
    }
    co_return Result<>();
}

Failure Transaction::refusal_to_wait(Wait wait) const {
    if (wait == Wait::call)
        return fail("call_inside_transaction", "the handler has written: call first, then read and write");
    return fail("wait_inside_transaction", "the handler has written: wait first, then read and write");
}

Result<bool> Transaction::may_wait(Wait wait) const {
    if (doom_)
        return Failure(*doom_);
    if (has_written_ || has_begun_)
        return refusal_to_wait(wait);
    return !grip_->holds_turn && !grip_->lease;
}

async::Task<Result<>> Transaction::step_out(Wait wait) {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    CO_TRY_DO(may_wait(wait));
    lost_.reset();
    grip_->end_snapshot();
    if (grip_->holds_turn) {
        CO_TRY(const FlushOutcome outcome, co_await give_turn_back());
        CO_TRY(const Ending ending, ending_of(outcome));
        if (ending == Ending::run_again) {
            doom(error("batch_rolled_back", "the flush that the handler had read from was rolled back"), true);
            co_return Failure(*doom_);
        }
    }
    grip_->let_go();  // the store may close, or recover, while the handler waits
    has_called_ = has_called_ || wait == Wait::call;
    co_return Result<>();
}

async::Task<Result<>> Transaction::leave_streaming() {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    if (doom_)
        co_return Failure(*doom_);
    if (is_streaming_)
        co_return Result<>();
    Error refusal = is_keyed() ? error("reply_too_large_for_key", "a reply that is recorded has at most 1 MiB")
                               : error("reply_inside_transaction", "the reply began after the handler had written");
    if (is_keyed() || has_written_ || has_begun_) {
        doom(refusal, false);
        co_return Failure(std::move(refusal));
    }
    if (grip_->holds_turn) {
        CO_TRY(const FlushOutcome outcome, co_await give_turn_back());
        CO_TRY(const Ending ending, ending_of(outcome));
        if (ending == Ending::run_again)
            co_return fail("batch_rolled_back", "the flush that the handler had read from was rolled back");
    }
    is_streaming_ = true;
    co_return Result<>();
}

// What was not kept is undone. Returns when all that the handler may have seen is durable, or is not.
async::Task<Result<FlushOutcome>> Transaction::give_turn_back() {
    timeout_.disarm();
    const auto ticket = std::make_shared<FlushTicket>(loop_);
    ticket->keeps = claim_;
    const bool must_wait = grip_->pass_on(ticket);
    grip_->let_go();
    has_written_ = may_have_changed_ = has_begun_ = false;
    if (!must_wait)
        co_return FlushOutcome::flushed;
    if (const Meanwhile meanwhile = std::exchange(meanwhile_, nullptr))
        meanwhile();
    const async::GuardOptions patience{.deadline = loop_.now() + kFlushPatience};
    auto settling = until_settled(*ticket);
    const Result<> settled = co_await async::guard(loop_, std::move(settling), patience);
    (void)settled;  // on a busy machine the outcome and the end of patience may come in one turn
    co_return ticket->outcome.value_or(FlushOutcome::unknown);
}

Result<Ending> Transaction::ending_of(FlushOutcome outcome) const {
    if (outcome == FlushOutcome::flushed)
        return Ending::settled;
    if (outcome == FlushOutcome::unknown)
        return fail("outcome_unknown", "the flush failed, and whether it is durable is not known");
    if (may_run_again())
        return Ending::run_again;
    return fail("batch_rolled_back", "the flush that the handler shared was rolled back; nothing of it remains");
}

async::Task<Result<Ending>> Transaction::end(model::Response* response, Meanwhile meanwhile) {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    meanwhile_ = std::move(meanwhile);
    if (has_outstayed())
        hold_expired();
    if (lost_ && is_keyed())
        doom(*lost_, false);  // what is recorded is not from reads that may be stale
    if (doom_) {
        if (doomed_may_run_again_)
            co_return Ending::run_again;
        co_return Failure(*doom_);
    }
    grip_->end_snapshot();
    const bool is_well = response != nullptr && response->status < 500;
    Result<Ending> ending = Ending::settled;
    if (is_well) {
        ending = co_await keep(*response);
    } else if (grip_->holds_turn) {
        // It failed by itself: where the flush fails too, it says nothing that depends on what it may have seen.
        const Result<FlushOutcome> outcome = co_await give_turn_back();
        (void)outcome;
    }
    grip_->let_go();
    claim_.reset();
    co_return ending;
}

async::Task<Result<Ending>> Transaction::keep(const model::Response& response) {
    if (is_keyed()) {
        CO_TRY_DO(co_await record(response));
    }
    if (!grip_->holds_turn)
        co_return Ending::settled;
    grip_->is_in_savepoint = false;
    Result<> kept = grip_->pin->keep(may_have_changed_);
    CO_TRY(const FlushOutcome outcome, co_await give_turn_back());
    if (!kept)
        co_return pass_on(std::move(kept));
    co_return ending_of(outcome);
}

async::Task<Result<>> Transaction::record(const model::Response& response) {
    if (!grip_->holds_turn) {
        CO_TRY_DO(co_await take_turn());
    }
    const Executions::Record record{name_, context_.peer, options_.key_retention};
    if (Result<> recorded = store_.executions().record(grip_->pin->writer(), record, response); !recorded) {
        Error why = recorded.error();
        if (!grip_->pin->has_kept_batch())
            grip_->is_in_savepoint = false;
        doom(why, false);
        co_return Failure(std::move(why));
    }
    has_written_ = may_have_changed_ = true;
    co_return Result<>();
}

}  // namespace skep::store
