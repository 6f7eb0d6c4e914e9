// A statement on its way: inline where it is known to be short, else on a pool.
#include "store/detail/transaction.hpp"
#include "store/row_format.hpp"

namespace skep::store {
namespace {

constexpr std::size_t kMaxKey = 1'024;
constexpr std::size_t kMaxValue = 1 << 20;
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
    std::optional<Result<StatementResult>> result;
    bool writes = false;
    std::shared_ptr<Grip> orphan;  // what to let go of then, where the transaction has gone
};

StatementBounds Transaction::bounds(bool is_inline) const {
    return {.deadline = grip_->holds_turn ? hold_ends_ : std::min(hold_ends_, options_.deadline),
            .is_inline = is_inline};
}

async::Task<Result<StatementResult>> Transaction::statement(std::string sql, std::string params) {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    CO_TRY_DO(co_await reach(Access::read));
    Result<StatementResult> result = co_await run(sql, params);
    if (result || !std::exchange(wants_turn_, false))
        co_return result;
    CO_TRY_DO(co_await reach(Access::write));
    co_return co_await run(std::move(sql), std::move(params));
}

// With a snapshot or the turn. A statement that writes fails on a snapshot, and sets `wants_turn_`.
async::Task<Result<StatementResult>> Transaction::run(std::string sql, std::string params) {
    Connection& on = connection();
    GuestStatement* known = on.find_prepared(sql);
    if (known == nullptr || !on.may_run_inline(*known, params))
        co_return co_await run_in_pool(std::move(sql), std::move(params));
    const bool writes = on.writes(*known);
    if (writes && !grip_->holds_turn) {
        wants_turn_ = true;
        co_return fail(unavailable("a write on a snapshot"));
    }
    const TimePoint begin = store_.ports().clock.now();
    Result<StatementResult> result = on.run(*known, params, bounds(true));
    const auto took = std::chrono::nanoseconds(store_.ports().clock.now() - begin).count();
    store_.counters().note_inline(static_cast<std::uint64_t>(took));
    if (!result && result.error().name() == "too_slow_inline")
        co_return co_await run_in_pool(std::move(sql), std::move(params));
    note(result, writes);
    if (!result)
        co_return failed(std::move(result).error());
    co_return result;
}

async::Task<Result<StatementResult>> Transaction::run_in_pool(std::string sql, std::string params) {
    const auto job = std::make_shared<Job>(loop_);
    auto work = [job, on = &connection(), sql = std::move(sql), params = std::move(params), limits = bounds(false),
                 may_write = grip_->holds_turn] {
        bool writes = false;
        const auto run = [&]() -> Result<StatementResult> {
            TRY(GuestStatement * prepared, on->prepare(sql));
            writes = on->writes(*prepared);
            if (writes && !may_write)
                return fail(unavailable("a write on a snapshot"));
            return on->run(*prepared, params, limits);
        };
        job->loop.post_remote([job, result = std::make_shared<Result<StatementResult>>(run()), writes] {
            job->writes = writes;
            job->result.emplace(std::move(*result));
            job->changed.set();
            job->orphan.reset();
        });
    };
    store_.counters().pool_statements.fetch_add(1, std::memory_order_relaxed);
    if (!store_.ports().statements.submit(std::move(work)))
        co_return fail("resource_exhausted", "too many statements wait for a thread");
    job_ = job;
    while (!job->result)
        co_await job->changed.wait();
    job_.reset();
    if (store_.ports().clock.now() >= hold_ends_) {
        (void)has_dropped_batch();
        hold_expired();
    }
    if (doom_)
        co_return Failure(*doom_);
    wants_turn_ = !*job->result && job->writes && !grip_->holds_turn;
    if (wants_turn_)
        co_return *std::move(job->result);
    note(*job->result, job->writes);
    if (!*job->result)
        co_return failed(std::move(job->result->error()));
    co_return *std::move(job->result);
}

void Transaction::leave_to_job() {
    if (job_ && !job_->result)
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

async::Task<Result<StatementResult>> Transaction::platform_statement(const char* sql, std::string params, Access access,
                                                                     std::uint64_t grows_by) {
    const async::Exclusive::Held held = co_await exclusive_.enter();
    CO_TRY_DO(co_await reach(access));
    if (grows_by > 0) {
        CO_TRY_DO(connection().admit(grows_by));
    }
    Result<StatementResult> result = connection().execute(sql, params);
    note(result, access == Access::write);
    if (!result)
        co_return failed(std::move(result).error());
    co_return result;
}

async::Task<Result<Bytes>> Transaction::query(std::string sql, std::string params) {
    CO_TRY(StatementResult result, co_await statement(std::move(sql), std::move(params)));
    co_return std::move(result.rows);
}

async::Task<Result<Executed>> Transaction::execute(std::string sql, std::string params) {
    CO_TRY(const StatementResult result, co_await statement(std::move(sql), std::move(params)));
    co_return Executed{result.changes, result.last_insert_id};
}

async::Task<Result<std::optional<Bytes>>> Transaction::kv_get(std::string key) {
    CO_TRY_DO(check_key(key));
    std::string params = params_of({Blob{key}});
    CO_TRY(const StatementResult found,
           co_await platform_statement("SELECT value FROM _skep_kv WHERE key = ?1", std::move(params), Access::read));
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
    std::string params = params_of({Blob{key}, Blob{value}});
    CO_TRY(const StatementResult written,
           co_await platform_statement("INSERT INTO _skep_kv (key, value) VALUES (?1, ?2) "
                                       "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
                                       std::move(params), Access::write, key.size() + value.size()));
    (void)written;
    co_return Result<>();
}

async::Task<Result<bool>> Transaction::kv_delete(std::string key) {
    CO_TRY_DO(check_key(key));
    std::string params = params_of({Blob{key}});
    CO_TRY(const StatementResult deleted,
           co_await platform_statement("DELETE FROM _skep_kv WHERE key = ?1", std::move(params), Access::write));
    co_return deleted.changes > 0;
}

async::Task<Result<std::vector<std::string>>> Transaction::kv_list(std::string prefix, std::string after,
                                                                   std::uint64_t limit) {
    if (prefix.size() > kMaxKey || after.size() > kMaxKey)
        co_return fail("kv_invalid", "a key has at most {} bytes", kMaxKey);
    const auto most = static_cast<std::int64_t>(limit == 0 ? kListLimit : std::min(limit, kListLimit));
    const std::string end = end_of(prefix);
    std::string params = params_of({Blob{prefix}, Blob{after}, Blob{end}, most});
    CO_TRY(const StatementResult found,
           co_await platform_statement("SELECT key FROM _skep_kv WHERE key >= ?1 AND key > ?2 "
                                       "AND key < ?3 ORDER BY key LIMIT ?4",
                                       std::move(params), Access::read));
    CO_TRY(RowReader rows, RowReader::rows(found.rows.view()));
    std::vector<std::string> keys;
    while (!rows.at_end()) {
        CO_TRY(const Value key, rows.next());
        keys.push_back(text_of(key));
    }
    co_return keys;
}

}  // namespace skep::store
