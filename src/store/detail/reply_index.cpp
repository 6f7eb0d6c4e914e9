#include "store/detail/reply_index.hpp"

#include <algorithm>
#include <ranges>

#include "store/row_format.hpp"

namespace skep::store {
namespace {

constexpr std::size_t kLoadedAtOnce = 1'000;
constexpr std::size_t kFewestSorted = 32;  // in one batch, of a run
constexpr std::uint64_t kRoom = 64 << 10;  // bytes below the quota, else nothing is sorted in

std::string integers(std::initializer_list<std::int64_t> values) {
    RowWriter params;
    params.begin_params(values.size());
    for (const std::int64_t value : values)
        params.integer(value);
    return std::move(params).take();
}

Result<std::int64_t> next_integer(RowReader& rows) {
    TRY(const Value value, rows.next());
    const auto* number = std::get_if<std::int64_t>(&value);
    if (number == nullptr)
        return fail("store_damaged", "the record of an execution cannot be read");
    return *number;
}

Result<std::int64_t> sorted_up_to(Connection& writer) {
    TRY(const StatementResult found, writer.execute("SELECT coalesce(max(number), 0) FROM _skep_replies_sorted_to"));
    TRY(RowReader rows, RowReader::rows(found.rows.view()));
    return next_integer(rows);
}

Result<std::vector<ReplyIndex::Entry>> entries_after(Connection& writer, std::int64_t number) {
    TRY(const StatementResult found,
        writer.execute("SELECT lookup, number, expires FROM _skep_replies WHERE number > ?1 ORDER BY number LIMIT ?2",
                       integers({number, kLoadedAtOnce})));
    TRY(RowReader rows, RowReader::rows(found.rows.view()));
    std::vector<ReplyIndex::Entry> entries;
    while (!rows.at_end()) {
        ReplyIndex::Entry entry;
        TRY(entry.lookup, next_integer(rows));
        TRY(entry.number, next_integer(rows));
        TRY(entry.expires, next_integer(rows));
        entries.push_back(entry);
    }
    return entries;
}

}  // namespace

Result<> ReplyIndex::prepare(Connection& writer) {
    TRY_DO(
        writer.execute("CREATE TABLE IF NOT EXISTS _skep_replies_sorted (lookup INTEGER NOT NULL, "
                       "number INTEGER NOT NULL, PRIMARY KEY (lookup, number)) WITHOUT ROWID"));
    TRY_DO(writer.execute(
        "CREATE TABLE IF NOT EXISTS _skep_replies_sorted_to (only INTEGER PRIMARY KEY, number INTEGER NOT NULL)"));
    return {};
}

Result<std::vector<std::int64_t>> ReplyIndex::load(Connection& writer) {
    TRY(std::int64_t last, sorted_up_to(writer));
    std::vector<Entry> loaded;
    while (true) {
        TRY(const std::vector<Entry> some, entries_after(writer, last));
        loaded.insert(loaded.end(), some.begin(), some.end());
        if (some.size() < kLoadedAtOnce)
            break;
        last = some.back().number;
    }
    std::vector<std::int64_t> lookups;
    std::ranges::copy(loaded | std::views::transform(&Entry::lookup), std::back_inserter(lookups));
    forget();
    const std::lock_guard lock(mutex_);
    fresh_ = std::move(loaded);
    return lookups;
}

void ReplyIndex::forget() {
    const std::lock_guard lock(mutex_);
    unflushed_ = {};
    fresh_ = {};
    run_ = {};
    sorted_ = sorting_ = 0;
}

void ReplyIndex::begin_handler() {
    const std::lock_guard lock(mutex_);
    kept_ = unflushed_.size();
}

void ReplyIndex::add(const Entry& entry) {
    const std::lock_guard lock(mutex_);
    unflushed_.push_back(entry);
}

void ReplyIndex::undo_handler() {
    const std::lock_guard lock(mutex_);
    unflushed_.resize(std::min(kept_, unflushed_.size()));
}

Result<> ReplyIndex::remove_expired(Connection& writer, std::string_view expired) {
    TRY_DO(
        writer.execute("DELETE FROM _skep_replies_sorted WHERE (lookup, number) IN (SELECT lookup, number "
                       "FROM _skep_replies WHERE expires <= ?1 AND number < ?2 ORDER BY expires, number LIMIT 4)",
                       expired));
    return {};
}

void ReplyIndex::sort_in(Connection& writer, std::int64_t now) {
    const std::lock_guard lock(mutex_);
    if (run_.empty() && fresh_.size() >= run_length_)
        begin_run();
    if (sorting_ == run_.size() || !writer.admit(kRoom))
        return;
    const std::size_t end = std::min(run_.size(), sorting_ + std::max(2 * unflushed_.size(), kFewestSorted));
    for (; sorting_ < end; ++sorting_) {
        // An expired one may be removed already.
        const Entry& entry = run_[sorting_];
        if (entry.expires > now && !enter(writer, entry))
            return;
    }
    if (sorting_ == run_.size() && !note_end(writer))
        sorting_ = sorted_;
}

// Of a batch that is rolled back after this the run stays as it is.
void ReplyIndex::begin_run() {
    run_ = std::exchange(fresh_, {});
    run_end_ = run_.back().number;
    std::ranges::sort(run_, {}, &Entry::lookup);
}

// One that is there already was entered before a crash.
Result<> ReplyIndex::enter(Connection& writer, const Entry& entry) const {
    TRY_DO(writer.execute("INSERT OR IGNORE INTO _skep_replies_sorted VALUES (?1, ?2)",
                          integers({entry.lookup, entry.number})));
    return {};
}

Result<> ReplyIndex::note_end(Connection& writer) const {
    TRY_DO(writer.execute("INSERT OR REPLACE INTO _skep_replies_sorted_to VALUES (1, ?1)", integers({run_end_})));
    return {};
}

void ReplyIndex::end_batch(bool is_durable) {
    const std::lock_guard lock(mutex_);
    if (is_durable) {
        sorted_ = sorting_;
        fresh_.insert(fresh_.end(), unflushed_.begin(), unflushed_.end());
    }
    sorting_ = sorted_;
    unflushed_.clear();
    if (sorted_ == run_.size()) {
        run_.clear();
        sorted_ = sorting_ = 0;
    }
}

std::vector<std::int64_t> ReplyIndex::recent(std::int64_t lookup) const {
    std::vector<std::int64_t> numbers;
    const std::lock_guard lock(mutex_);
    for (const Entry& entry : fresh_)
        if (entry.lookup == lookup)
            numbers.push_back(entry.number);
    for (const Entry& entry : std::ranges::equal_range(run_, lookup, {}, &Entry::lookup))
        numbers.push_back(entry.number);
    std::ranges::sort(numbers, std::greater());
    return numbers;
}

}  // namespace skep::store
