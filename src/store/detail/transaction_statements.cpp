// A statement on its way: inline where it is known to be short, else on a pool.
#include "store/detail/transaction.hpp"
#include "store/row_format.hpp"

namespace skep::store {
namespace {

constexpr std::size_t kMaxKey = 1'024;
constexpr std::size_t kMaxValue = 1 << 20;
constexpr std::size_t kLargeValue = 64 << 10;  // written elsewhere than on the io thread
constexpr std::uint64_t kListLimit = 1'000;

Result<> check_key(std::string_view key) {
    if (key.empty() || key.size() > kMaxKey)
        return fail("kv_invalid", "a key has 1 to {} bytes, this one has {}", kMaxKey, key.size());
    return {};
}

// What follows every key that begins with `prefix`.
std::string end_of(std::string prefix) {
    while (!prefix.empty() && prefix.back() == '\xFF')
        prefix.pop_back();
    if (prefix.empty())
        return std::string(kMaxKey + 1, '\xFF');
    prefix.back() = static_cast<char>(static_cast<unsigned char>(prefix.back()) + 1);
    return prefix;
}

// The first key that may begin with `prefix` and follow `after`: from there on no key is read in vain.
std::string first_after(const std::string& prefix, std::string after) {
    if (after < prefix)
        return prefix;
    after.push_back('\0');
    return after;
}

std::string params_of(std::initializer_list<Value> values) {
    RowWriter writer;
    writer.begin_params(values.size());
    for (const Value& value : values)
        writer.value(value);
    return std::move(writer).take();
}

std::string text_of(const Value& value) {
    const auto* blob = std::get_if<Blob>(&value);
    return blob == nullptr ? std::string() : std::string(blob->bytes);
}

}  // namespace

// Shared by the loop's side, which waits or has gone, and the pool's.
struct Transaction::Job {
    explicit Job(async::Loop& home) : loop(home), changed(home) {}

    async::Loop& loop;
    async::Signal changed;
    std::optional<PoolResult> ended;
    std::shared_ptr<Grip> orphan;  // what to let go of then, where the transaction has gone
};

StatementBounds Transaction::bounds(RowForm form) const {
    return {.deadline = grip_->holds_turn ? hold_ends_ : std::min(hold_ends_, options_.deadline), .form = form};
}

async::Task<Result<StatementResult>> Transaction::statement(GuestText text) {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    CO_TRY_DO(co_await reach(Access::read));
    Result<StatementResult> result = co_await run(text);
    if (result || !std::exchange(wants_turn_, false))
        co_return result;
    CO_TRY_DO(co_await reach(Access::write));
    co_return co_await run(std::move(text));
}

// With a snapshot or the turn. A statement that writes fails on a snapshot, and sets `wants_turn_`.
async::Task<Result<StatementResult>> Transaction::run(GuestText text) {
    Connection& on = connection();
    GuestStatement* known = on.find_prepared(text.sql);
    if (known == nullptr || !on.may_run_inline(*known, text.params))
        co_return co_await run_in_pool(pool_work(std::move(text)));
    const bool writes = on.writes(*known);
    if (writes && !grip_->holds_turn) {
        wants_turn_ = true;
        co_return fail(unavailable("a write on a snapshot"));
    }
    StatementBounds limits = bounds(text.form);
    limits.is_inline = true;
    const TimePoint begin = store_.ports().clock.now();
    Result<StatementResult> result = on.run(*known, text.params, limits);
    const auto took = std::chrono::nanoseconds(store_.ports().clock.now() - begin).count();
    store_.counters().note_inline(static_cast<std::uint64_t>(took));
    if (!result && result.error().name() == "too_slow_inline")
        co_return co_await run_in_pool(pool_work(std::move(text)));
    note(result, writes);
    if (!result)
        co_return failed(std::move(result).error());
    co_return result;
}

Transaction::PoolWork Transaction::pool_work(GuestText text) const {
    const StatementBounds limits = bounds(text.form);
    return [text = std::move(text), limits, may_write = grip_->holds_turn](Connection& on) {
        const auto prepared = on.prepare(text.sql);
        if (!prepared)
            return PoolResult{Failure(prepared.error()), false};
        const bool writes = on.writes(**prepared);
        if (writes && !may_write)
            return PoolResult{fail(unavailable("a write on a snapshot")), writes};
        return PoolResult{on.run(**prepared, text.params, limits), writes};
    };
}

async::Task<Result<StatementResult>> Transaction::run_in_pool(PoolWork work) {
    const auto job = std::make_shared<Job>(loop_);
    auto run = [job, on = &connection(), work = std::move(work)] {
        job->loop.post_remote([job, ended = std::make_shared<PoolResult>(work(*on))] {
            job->ended.emplace(std::move(*ended));
            job->changed.set();
            job->orphan.reset();
        });
    };
    store_.counters().pool_statements.fetch_add(1, std::memory_order_relaxed);
    if (!store_.ports().statements.submit(std::move(run)))
        co_return fail("resource_exhausted", "too many statements wait for a thread");
    job_ = job;
    while (!job->ended)
        co_await job->changed.wait();
    job_.reset();
    if (store_.ports().clock.now() >= hold_ends_) {
        (void)has_dropped_batch();
        hold_expired();
    }
    if (doom_)
        co_return Failure(*doom_);
    auto& [result, writes] = *job->ended;
    wants_turn_ = !result && writes && !grip_->holds_turn;
    if (wants_turn_)
        co_return std::move(result);
    note(result, writes);
    if (!result)
        co_return failed(std::move(result.error()));
    co_return std::move(result);
}

void Transaction::leave_to_job() {
    if (job_ && !job_->ended)
        job_->orphan = std::move(grip_);
}

void Transaction::note(const Result<StatementResult>& result, bool writes) {
    if (!writes || !grip_->holds_turn)
        return;
    has_written_ = has_written_ || result;
    may_have_changed_ = true;
}

// Whether SQLite has dropped the whole batch with the handler's statement: its route shares none for a while then.
bool Transaction::has_dropped_batch() {
    if (!grip_->is_in_savepoint || grip_->pin->has_kept_batch())
        return false;
    grip_->is_in_savepoint = false;
    store_.counters().dropped_batches.fetch_add(1, std::memory_order_relaxed);
    store_.keep_alone(options_.route);
    return true;
}

// What an error of a statement means for the whole.
Failure Transaction::failed(Error error) {
    if (!grip_->holds_turn) {
        if (grip_->pin && grip_->pin->failure())
            doom(error, false);
        return Failure(std::move(error));
    }
    if (has_dropped_batch())
        doom(error, false);
    return Failure(std::move(error));
}

async::Task<Result<StatementResult>> Transaction::platform_statement(PlatformText text) {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    CO_TRY_DO(co_await reach(text.access));
    if (text.grows_by > 0) {
        CO_TRY_DO(connection().admit(text.grows_by));
    }
    co_return co_await run_platform(std::move(text));
}

async::Task<Result<StatementResult>> Transaction::run_platform(PlatformText text) {
    using enum PlatformText::Place;
    const bool writes = text.access == Access::write;
    Connection& on = connection();
    Result<StatementResult> result = fail("too_slow_inline", "the statement is left to a pool");
    if (text.place == here)
        result = on.execute(text.sql, text.params);
    else if (text.place == here_unless_large)
        result = on.execute_inline(text.sql, text.params);
    if (!result && result.error().name() == "too_slow_inline") {
        PoolWork work = [text = std::move(text), writes](Connection& there) {
            return PoolResult{there.execute(text.sql, text.params), writes};
        };
        co_return co_await run_in_pool(std::move(work));
    }
    note(result, writes);
    if (!result)
        co_return failed(std::move(result).error());
    co_return result;
}

async::Task<Result<Bytes>> Transaction::query(std::string sql, std::string params, RowForm form) {
    GuestText text{std::move(sql), std::move(params), form};
    CO_TRY(StatementResult result, co_await statement(std::move(text)));
    if (!result.rows.empty())
        co_return std::move(result.rows);
    RowWriter without_columns;
    without_columns.begin_rows({});
    co_return Bytes(std::move(without_columns).take());
}

async::Task<Result<Executed>> Transaction::execute(std::string sql, std::string params) {
    GuestText text{std::move(sql), std::move(params)};
    CO_TRY(const StatementResult result, co_await statement(std::move(text)));
    co_return Executed{result.changes, result.last_insert_id};
}

async::Task<Result<std::optional<Bytes>>> Transaction::kv_get(std::string key) {
    CO_TRY_DO(check_key(key));
    PlatformText text{.sql = "SELECT value FROM _skep_kv WHERE key = ?1",
                      .params = params_of({Blob{key}}),
                      .access = Access::read,
                      .place = PlatformText::Place::here_unless_large};
    CO_TRY(const StatementResult found, co_await platform_statement(std::move(text)));
    CO_TRY(RowReader row, RowReader::rows(found.rows.view()));
    if (row.at_end())
        co_return std::nullopt;
    CO_TRY(const Value value, row.next());
    co_return Bytes(text_of(value));
}

async::Task<Result<>> Transaction::kv_set(std::string key, std::string value) {
    CO_TRY_DO(check_key(key));
    if (value.size() > kMaxValue)
        co_return fail("kv_invalid", "a value has at most {} bytes, this one has {}", kMaxValue, value.size());
    const bool is_large = value.size() > kLargeValue;
    PlatformText text{.sql =
                          "INSERT INTO _skep_kv (key, value) VALUES (?1, ?2) "
                          "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                      .params = params_of({Blob{key}, Blob{value}}),
                      .access = Access::write,
                      .place = is_large ? PlatformText::Place::pool : PlatformText::Place::here,
                      .grows_by = key.size() + value.size()};
    CO_TRY(const StatementResult written, co_await platform_statement(std::move(text)));
    (void)written;
    co_return Result<>();
}

async::Task<Result<bool>> Transaction::kv_delete(std::string key) {
    CO_TRY_DO(check_key(key));
    PlatformText text{
        .sql = "DELETE FROM _skep_kv WHERE key = ?1", .params = params_of({Blob{key}}), .access = Access::write};
    CO_TRY(const StatementResult deleted, co_await platform_statement(std::move(text)));
    co_return deleted.changes > 0;
}

async::Task<Result<std::vector<std::string>>> Transaction::kv_list(std::string prefix, std::string after,
                                                                   std::uint64_t limit) {
    if (prefix.size() > kMaxKey || after.size() > kMaxKey)
        co_return fail("kv_invalid", "a key has at most {} bytes", kMaxKey);
    const auto most = static_cast<std::int64_t>(limit == 0 ? kListLimit : std::min(limit, kListLimit));
    const std::string first = first_after(prefix, std::move(after));
    const std::string end = end_of(std::move(prefix));
    PlatformText text{.sql = "SELECT key FROM _skep_kv WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT ?3",
                      .params = params_of({Blob{first}, Blob{end}, most}),
                      .access = Access::read,
                      .place = PlatformText::Place::pool};
    CO_TRY(const StatementResult found, co_await platform_statement(std::move(text)));
    CO_TRY(RowReader rows, RowReader::rows(found.rows.view()));
    std::vector<std::string> keys;
    while (!rows.at_end()) {
        CO_TRY(const Value key, rows.next());
        keys.push_back(text_of(key));
    }
    co_return keys;
}

}  // namespace skep::store
