// Snapshot and turn: how a handler comes to what it reads and writes.
#include "async/guard.hpp"
#include "store/detail/transaction.hpp"

namespace skep::store {
namespace {

constexpr auto kSnapshotAge = std::chrono::seconds(5);
constexpr auto kReaderPatience = std::chrono::seconds(1);

// Withdraws from the queue where the wait is cut off.
struct TurnRequest {
    std::shared_ptr<TurnWaiter> waiter;
    Turns& turns;
    bool is_over = false;
    ~TurnRequest() {
        if (!is_over)
            turns.withdraw(*waiter);
    }
};

// Counts among those who wait for the turn.
struct HeldBack {
    Turns& turns;
    ~HeldBack() { turns.let_start(); }
};

// Leaves the line where it is told, or the wait is cut off.
struct ReaderRequest {
    Readers& readers;
    std::shared_ptr<Readers::Waiter> waiter;
    ~ReaderRequest() { readers.withdraw(*waiter); }
};

async::Task<Result<>> until_told(std::shared_ptr<TurnWaiter> waiter) {
    while (!waiter->is_granted && !waiter->refused)
        co_await waiter->changed.wait();
    co_return Result<>();
}

async::Task<Result<>> until_told(std::shared_ptr<Readers::Waiter> waiter) {
    while (!waiter->is_told)
        co_await waiter->changed.wait();
    co_return Result<>();
}

}  // namespace

// Whatever it needs for reading or writing: the turn, or a snapshot.
async::Task<Result<>> Transaction::reach(Access access) {
    // A store that failed is closed as soon as nobody holds on to it.
    if (!doom_ && grip_->pin && grip_->pin->turns().is_refusing())
        doom(error("store_failed", "the store is closed after a failure"), false);
    // Its timer may still wait for the loop's next turn.
    if (has_outstayed())
        hold_expired();
    if (auto loss = take_loss())
        co_return Failure(*std::move(loss));
    if (grip_->holds_turn)
        co_return Result<>();
    const bool by_snapshot = options_.mode == model::TransactionMode::late || is_streaming_;
    if (access == Access::read && by_snapshot && !has_begun_)
        co_return co_await open_snapshot();
    if (is_streaming_)
        co_return fail("write_after_reply", "the reply has begun: write first, then answer");
    co_return co_await take_turn();
}

async::Task<Result<>> Transaction::ensure_pin() {
    if (grip_->pin)
        co_return Result<>();
    grip_->pin = store_.try_pin();
    if (!grip_->pin) {
        CO_TRY(grip_->pin, co_await store_.pin(loop_));
    }
    co_return Result<>();
}

async::Task<Result<>> Transaction::open_snapshot() {
    if (grip_->lease) {
        if (!grip_->lease.is_recalled())
            co_return Result<>();
        lose_snapshot(error("snapshot_stale", "the handler's snapshot kept the store's log from being emptied"));
        co_return Failure(*take_loss());
    }
    CO_TRY_DO(co_await ensure_pin());
    CO_TRY(grip_->lease, co_await lease());
    grip_->seen = grip_->pin->turns().published();
    hold_ends_ = loop_.clock().now() + kSnapshotAge;
    loop_.arm(timeout_, hold_ends_);
    Result<StatementResult> begun = grip_->lease.connection().execute("BEGIN");
    if (begun)
        co_return Result<>();
    grip_->end_snapshot();
    co_return pass_on(std::move(begun));
}

async::Task<Result<Readers::Lease>> Transaction::lease() {
    Readers& readers = grip_->pin->readers();
    if (Readers::Lease free = readers.try_lease())
        co_return free;
    const TimePoint patience = std::min(options_.deadline, loop_.now() + kReaderPatience);
    while (true) {
        const ReaderRequest request{.readers = readers, .waiter = std::make_shared<Readers::Waiter>(loop_)};
        readers.wait(request.waiter);
        if (Readers::Lease free = readers.try_lease())
            co_return free;
        if (readers.has_room()) {
            CO_TRY(Readers::Lease opened, co_await open_reader());
            if (opened)
                co_return opened;
        }
        if (loop_.now() >= patience)
            co_return fail("readers_busy", "every read connection of the store is in use");
        // Whoever holds the others back shall not do so for long, should nobody write any more.
        const bool is_held_back = readers.is_held_back();
        const TimePoint until = is_held_back ? loop_.now() + Readers::kLongestHoldBack : patience;
        auto told = until_told(request.waiter);
        const async::GuardOptions limit{.deadline = std::min(until, patience)};
        const Result<> waited = co_await async::guard(loop_, std::move(told), limit);
        if (!waited && is_held_back)
            readers.let_in(Readers::Lent::recalled);
    }
}

// Opening touches the disk, and does not stand behind slow statements. The pin goes last, should nobody wait for it any
// more.
async::Task<Result<Readers::Lease>> Transaction::open_reader() {
    struct Opened {
        StorePin pin;
        Readers::Lease lease;
    };
    auto open = [pin = std::make_shared<StorePin>(store_.try_pin())]() -> Result<Opened> {
        if (!*pin)
            return Opened();
        TRY(Readers::Lease lease, (*pin)->readers().open_one());
        return Opened{.pin = std::move(*pin), .lease = std::move(lease)};
    };
    CO_TRY(Opened opened, co_await store_.ports().flushes.run(loop_, std::move(open)));
    co_return std::move(opened.lease);
}

async::Task<Result<>> Transaction::take_turn() {
    if (store_.is_full())
        co_return fail("store_full", "the disk below the store is full");
    const bool had_snapshot = static_cast<bool>(grip_->lease);
    grip_->end_snapshot();
    if (options_.arrival != nullptr && !options_.arrival->is_whole()) {
        CO_TRY_DO(co_await options_.arrival->until_whole());
    }
    CO_TRY_DO(co_await ensure_pin());
    Turns& turns = grip_->pin->turns();
    const auto waiter = std::make_shared<TurnWaiter>(loop_);
    grip_->is_alone = options_.batch_alone || store_.is_kept_alone(options_.route);
    waiter->alone = grip_->is_alone;
    CO_TRY(const bool taken, turns.take(waiter));
    if (!taken) {
        CO_TRY_DO(co_await wait_for_turn(waiter));
    }
    grip_->holds_turn = true;
    CO_TRY_DO(enter());
    if (!had_snapshot || turns.raised() == grip_->seen)
        co_return Result<>();
    store_.counters().conflicts.fetch_add(1, std::memory_order_relaxed);
    Error stale = error("snapshot_stale", "what the handler had read changed before it wrote");
    doom(stale, true);
    co_return Failure(std::move(stale));
}

async::Task<Result<>> Transaction::wait_for_turn(std::shared_ptr<TurnWaiter> waiter) {
    TurnRequest request{.waiter = waiter, .turns = grip_->pin->turns()};
    const StartLine::Standing standing(options_.line.get());
    auto told = until_told(waiter);
    CO_TRY_DO(co_await wait_within_deadline(std::move(told)));
    request.is_over = true;
    if (waiter->refused)
        co_return Failure(*waiter->refused);
    co_return Result<>();
}

// Before the guest starts. The handler will want the turn, so this is a part of its wait for it.
async::Task<Result<>> Transaction::wait_to_start() {
    const StorePin pin = store_.try_pin();
    if (!pin)
        co_return Result<>();  // closed by now: nobody stands at its turn
    CO_TRY_DO(pin->turns().hold_back());
    const HeldBack held_back{pin->turns()};
    auto told = options_.line->until_started();
    co_return co_await wait_within_deadline(std::move(told));
}

async::Task<Result<>> Transaction::wait_within_deadline(async::Task<Result<>> told) {
    const TimePoint begin = loop_.now();
    const async::GuardOptions options{.deadline = options_.deadline,
                                      .deadline_reason = "request_deadline_exceeded",
                                      .deadline_message = "the request's deadline passed before the store's turn came"};
    CO_TRY_DO(co_await async::guard(loop_, std::move(told), options));
    const auto waited = std::chrono::nanoseconds(loop_.now() - begin).count();
    store_.counters().turn_wait_ns.fetch_add(static_cast<std::uint64_t>(waited), std::memory_order_relaxed);
    co_return Result<>();
}

// With the turn just taken.
Result<> Transaction::enter() {
    store_.counters().turns.fetch_add(1, std::memory_order_relaxed);
    hold_ends_ = loop_.clock().now() + options_.transaction_timeout;
    loop_.arm(timeout_, hold_ends_);
    Result<> entered = grip_->pin->enter();
    if (!entered) {
        let_go();
        return entered;
    }
    grip_->is_in_savepoint = true;
    return {};
}

bool Transaction::has_outstayed() const {
    return grip_->holds_turn && loop_.clock().now() >= hold_ends_;
}

// With no statement under way: that is interrupted by its own bound.
void Transaction::hold_expired() {
    if (grip_->holds_turn)
        doom(error("transaction_timeout", "the handler held the store's turn for more than {} ms",
                   options_.transaction_timeout.count()),
             false);
    else if (grip_->lease)
        lose_snapshot(error("snapshot_stale", "the handler's snapshot is older than {} s", kSnapshotAge.count()));
}

// The handler hears of it from its next statement, should it want one.
void Transaction::lose_snapshot(Error stale) {
    let_go();
    lost_ = std::move(stale);
}

// Why the handler cannot go on with what it held. One whose reply is on its way is told once, and then begins anew.
std::optional<Error> Transaction::take_loss() {
    if (lost_ && !is_streaming_)
        doom(*lost_, false);
    return doom_ ? doom_ : std::exchange(lost_, std::nullopt);
}

// Whatever the handler answers, it has failed. It is stopped where it stands.
void Transaction::doom(Error error, bool can_run_again) {
    if (doom_)
        return;
    doom_ = std::move(error);
    doomed_may_run_again_ = can_run_again && may_run_again();
    let_go();
    stopped_.cancel();
}

void Transaction::let_go() {
    timeout_.disarm();
    grip_->let_go();
    has_written_ = may_have_changed_ = false;
}

}  // namespace skep::store
