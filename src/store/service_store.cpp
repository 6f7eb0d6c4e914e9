#include "store/service_store.hpp"

#include "base/check.hpp"
#include "store/detail/blocking_turn.hpp"
#include "store/detail/executions.hpp"
#include "store/detail/open_store.hpp"
#include "store/detail/transaction.hpp"

namespace skep::store {
namespace {

constexpr auto kAlone = std::chrono::seconds(60);
constexpr auto kFull = std::chrono::seconds(1);           // then a write tries whether there is space again
constexpr auto kMigrationTime = std::chrono::minutes(5);  // with the wait for the turn
constexpr std::size_t kMaxAlone = 1'000;                  // routes remembered

Executions::Learned learned_from(Readers& readers, Executions& executions) {
    Readers::Lease lease = readers.try_lease();
    if (!lease) {
        Result<Readers::Lease> opened = readers.open_one();
        if (!opened || !*opened)
            return Executions::Learned::later;
        lease = *std::move(opened);
    }
    return executions.learn(lease.connection()) ? Executions::Learned::all : Executions::Learned::nothing;
}

}  // namespace

ServiceStore::ServiceStore(const StorePorts& ports, StoreSettings settings)
    : ports_(ports),
      settings_(std::move(settings)),
      executions_(std::make_unique<Executions>(ports.clock, settings_.reply_run)) {}

// Nobody uses it any more; what was acknowledged is flushed already.
ServiceStore::~ServiceStore() {
    if (state_ == State::down)
        disregard(open_->close_after_failure());
    else if (open_)
        disregard(open_->close());
}

std::unique_ptr<HandlerTransaction> ServiceStore::start(async::Loop& loop, HandlerOptions options,
                                                        const model::CallContext& context) {
    return std::make_unique<Transaction>(*this, loop, std::move(options), context);
}

StorePin ServiceStore::try_pin() {
    const std::lock_guard lock(mutex_);
    if (state_ != State::open)
        return {};
    ++pins_;
    last_used_.store(ports_.clock.now(), std::memory_order_relaxed);
    return {*this, *open_};
}

async::Task<Result<StorePin>> ServiceStore::pin(async::Loop& loop) {
    const auto open = [this]() -> Result<> {
        TRY_DO(open_now());
        const StorePin held = try_pin();  // so that the one that must close is another
        opened_();
        return {};
    };
    for (int attempt = 0; attempt < 2; ++attempt) {
        if (StorePin pinned = try_pin())
            co_return pinned;
        CO_TRY_DO(co_await ports_.flushes.run(loop, open));
    }
    co_return fail("store_failed", "the store of {} could not be opened", settings_.service.value());
}

Result<StorePin> ServiceStore::pin_blocking() {
    TRY_DO(open_now());
    StorePin pinned = try_pin();  // first, so that the one that must close is another
    opened_();
    if (pinned)
        return pinned;
    return fail("store_failed", "the store of {} could not be opened", settings_.service.value());
}

Result<std::vector<std::string>> ServiceStore::migrate(const std::filesystem::path& folder) {
    TRY(const std::vector<Migration> all, read_migrations(folder));
    TRY(StorePin pinned, pin_blocking());
    const TimePoint deadline = ports_.clock.now() + kMigrationTime;
    TRY(const auto turn, BlockingTurn::take(std::move(pinned), ports_.clock, deadline));
    TRY(const MigrationPlan plan, plan_migrations(turn->writer(), all));
    if (plan.pending.empty())
        return std::vector<std::string>();
    turn->has_changed();
    return apply_migrations(turn->writer(), all, ports_.clock, deadline);
}

Result<MigrationPlan> ServiceStore::plan(const std::filesystem::path& folder) {
    TRY(const std::vector<Migration> all, read_migrations(folder));
    TRY(StorePin pinned, pin_blocking());
    TRY(const Readers::Lease lease, pinned->readers().open_one());
    if (!lease)
        return fail("readers_busy", "every read connection of the store is in use");
    return plan_migrations(lease.connection(), all);
}

Result<> ServiceStore::open_now() {
    const std::lock_guard opening(opening_);
    {
        const std::lock_guard lock(mutex_);
        if (state_ == State::open)
            return {};
        if (state_ == State::failing)
            return fail("store_failed", "the store of {} is closing after a failure", settings_.service.value());
    }
    TRY_DO(repair());
    auto opened = OpenStore::open(ports_, settings_, *executions_, counters_, [this] { failed(); });
    const std::lock_guard lock(mutex_);
    if (!opened) {
        trouble_ = opened.error();
        return pass_on(std::move(opened));
    }
    trouble_.reset();
    open_ = *std::move(opened);
    state_ = State::open;
    return {};
}

// Its pin goes last: whoever closes the store forgets what was learned.
void ServiceStore::learn_executions() {
    if (!executions_->begin_learning())
        return;
    const auto pinned = std::make_shared<StorePin>(try_pin());
    const auto learn = [this, pinned] {
        executions_->end_learning(learned_from((*pinned)->readers(), *executions_));
        *pinned = StorePin();
    };
    if (!*pinned || !ports_.statements.submit(learn))
        executions_->end_learning(Executions::Learned::later);
}

void ServiceStore::failed() {
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::open)
            return;
        state_ = State::failing;
        trouble_ = open_->failure();
        if (trouble_ && trouble_->name() == "disk_full")
            full_until_.store(ports_.clock.now() + kFull, std::memory_order_relaxed);
        ++pins_;  // until recovery is under way
    }
    open_->turns().refuse(
        error("store_failed", "the store of {} is closed after a failure", settings_.service.value()));
    unpin();
}

void ServiceStore::unpin() {
    {
        const std::lock_guard lock(mutex_);
        CHECK(pins_ > 0);
        if (--pins_ > 0 || state_ != State::failing)
            return;
    }
    if (!ports_.flushes.submit([this] { recover(); }))
        recover();
}

// Nobody uses the store, and nobody can come in.
void ServiceStore::recover() {
    const std::lock_guard opening(opening_);
    disregard(repaired(open_->close_after_failure()));
}

// What an earlier failure has left, before the files are opened again.
Result<> ServiceStore::repair() {
    if (state_ != State::down)
        return {};
    return repaired(open_->close_after_failure());
}

Result<> ServiceStore::repaired(Result<> cut) {
    const std::lock_guard lock(mutex_);
    state_ = cut ? State::closed : State::down;
    if (cut)
        open_.reset();
    else
        trouble_ = cut.error();
    return cut;
}

void ServiceStore::change(const SqlLimits& limits, std::uint32_t turn_queue) {
    {
        const std::lock_guard opening(opening_);
        if (settings_.limits == limits && settings_.turn_queue == turn_queue)
            return;
        settings_.limits = limits;
        settings_.turn_queue = turn_queue;
    }
    close_if_idle();
}

bool ServiceStore::close_if_idle() {
    const std::lock_guard opening(opening_);
    const std::lock_guard lock(mutex_);
    if (state_ != State::open || pins_ > 0 || !open_->turns().is_idle())
        return false;
    const Result<> closed = open_->close();
    open_.reset();
    executions_->forget();
    state_ = State::closed;
    if (!closed)
        trouble_ = closed.error();
    return true;
}

bool ServiceStore::is_open() const {
    const std::lock_guard lock(mutex_);
    return state_ == State::open;
}

void ServiceStore::write_mark() {
    StorePin pinned;
    {
        const std::lock_guard lock(mutex_);
        if (state_ != State::open || !open_->owes_mark())
            return;
        ++pins_;
        pinned = StorePin(*this, *open_);
    }
    // A failure shows itself at the next statement.
    disregard(pinned->write_mark());
}

std::optional<Error> ServiceStore::trouble() const {
    const std::lock_guard lock(mutex_);
    return trouble_;
}

bool ServiceStore::is_full() const {
    const TimePoint until = full_until_.load(std::memory_order_relaxed);
    return until != TimePoint() && ports_.clock.now() < until;
}

void ServiceStore::keep_alone(const std::string& route) {
    const std::lock_guard lock(mutex_);
    if (alone_until_.size() < kMaxAlone || alone_until_.contains(route))
        alone_until_[route] = ports_.clock.now() + kAlone;
    has_alone_.store(true, std::memory_order_relaxed);
}

bool ServiceStore::is_kept_alone(const std::string& route) {
    if (!has_alone_.load(std::memory_order_relaxed))
        return false;
    const std::lock_guard lock(mutex_);
    const auto found = alone_until_.find(route);
    if (found == alone_until_.end())
        return false;
    if (found->second > ports_.clock.now())
        return true;
    alone_until_.erase(found);
    has_alone_.store(!alone_until_.empty(), std::memory_order_relaxed);
    return false;
}

}  // namespace skep::store
