#include "store/detail/executions.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

#include "store/row_format.hpp"

namespace skep::store {
namespace {

constexpr std::size_t kMaxBody = 1 << 20;
constexpr std::size_t kMaxHeaders = 32 << 10;
constexpr std::size_t kMostLearned = 1'000'000;  // records; of more, each execution looks for its own
constexpr std::size_t kLearnedAtOnce = 1'000;

// Parts in front of their lengths, so that no two lists of parts are the same text.
Digest digest_of(std::initializer_list<std::string_view> parts) {
    std::string text;
    for (const auto part : parts) {
        const std::uint64_t size = part.size();
        text.append(reinterpret_cast<const char*>(&size), sizeof size);
        text.append(part);
    }
    return sha256({text});
}

// All but what belongs to one transfer of the reply, and what signs its receiver in: a replay may reach another one.
bool is_recorded(std::string_view name) {
    return name != "date" && name != "x-trace-id" && name != "traceparent" && name != "set-cookie";
}

std::string packed(const model::Headers& headers) {
    RowWriter writer;
    for (const auto& field : headers) {
        if (!is_recorded(field.name))
            continue;
        writer.text(field.name);
        writer.text(field.value);
    }
    return std::move(writer).take();
}

Result<model::Headers> unpacked(std::string_view bytes) {
    model::Headers headers;
    std::string prefixed("\x01\x00", 2);
    prefixed.append(bytes);
    TRY(RowReader reader, RowReader::params(prefixed));
    while (!reader.at_end()) {
        TRY(const Value name, reader.next());
        TRY(const Value value, reader.next());
        const auto* name_text = std::get_if<std::string_view>(&name);
        const auto* value_text = std::get_if<std::string_view>(&value);
        if (name_text == nullptr || value_text == nullptr)
            return fail("store_damaged", "a recorded reply has no valid headers");
        headers.add(*name_text, *value_text);
    }
    return headers;
}

// The first bytes of a digest are as good as any hash.
std::int64_t lookup_of(const Digest& digest) {
    std::int64_t lookup = 0;
    std::memcpy(&lookup, digest.data(), sizeof lookup);
    return lookup;
}

Failure reused(const model::KeyedExecution& execution) {
    if (execution.by_platform)
        return fail("nondeterministic_retry", "the repeated execution makes another call at this place than before");
    return fail("idempotency_key_reused", "the key was used for another request");
}

std::string_view bytes_of(const Value& value) {
    const auto* blob = std::get_if<Blob>(&value);
    return blob == nullptr ? std::string_view() : blob->bytes;
}

// Of the records, in order, at most kLearnedAtOnce.
Result<std::vector<std::int64_t>> lookups_from(Connection& reader, std::int64_t first) {
    RowWriter params;
    params.begin_params(2);
    params.integer(first);
    params.integer(kLearnedAtOnce);
    TRY(const StatementResult found,
        reader.execute("SELECT lookup FROM _skep_replies_sorted WHERE lookup >= ?1 ORDER BY lookup LIMIT ?2",
                       std::move(params).take()));
    TRY(RowReader rows, RowReader::rows(found.rows.view()));
    std::vector<std::int64_t> lookups;
    while (!rows.at_end()) {
        TRY(const Value lookup, rows.next());
        const auto* number = std::get_if<std::int64_t>(&lookup);
        if (number == nullptr)
            return fail("store_damaged", "the record of an execution cannot be read");
        lookups.push_back(*number);
    }
    return lookups;
}

// The recorded reply in the first of `rows`; nothing where there is none.
Result<std::optional<model::Response>> reply_in(const Bytes& rows, const ExecutionName& name,
                                                const model::KeyedExecution& execution, const std::string& peer) {
    TRY(RowReader row, RowReader::rows(rows.view()));
    if (row.at_end())
        return std::nullopt;
    TRY(const Value fingerprint, row.next());
    TRY(const Value recorded_peer, row.next());
    TRY(const Value status, row.next());
    TRY(const Value headers, row.next());
    TRY(const Value body, row.next());
    if (bytes_of(fingerprint) != as_text(name.fingerprint))
        return reused(execution);
    const auto* const number = std::get_if<std::int64_t>(&status);
    const auto* const first_peer = std::get_if<std::string_view>(&recorded_peer);
    if (number == nullptr || first_peer == nullptr)
        return fail("store_damaged", "the record of an execution cannot be read");
    model::Response response;
    response.status = static_cast<int>(*number);
    // A key is no secret: somebody else who has it learns that it was used, and no more.
    if (*first_peer == peer) {
        TRY(response.headers, unpacked(bytes_of(headers)));
        response.body = model::Body(std::string(bytes_of(body)));
    }
    response.headers.set("idempotency-replayed", "true");
    return response;
}

}  // namespace

ExecutionName name_of(const model::KeyedExecution& execution, const model::CallContext& context,
                      const model::Request& request, std::string_view body) {
    const std::string caller = context.caller ? context.caller->value() : std::string();
    if (execution.by_platform)
        return {digest_of({"call", caller, execution.key}), digest_of({request.method, request.path()})};
    return {digest_of({"key", caller, request.method, request.path(), execution.key}),
            digest_of({request.query(), request.headers.get("content-type"), body})};
}

std::unique_ptr<Executions::Claim> Executions::claim(const Digest& id) {
    const std::lock_guard lock(mutex_);
    if (!running_.insert(id).second)
        return nullptr;
    return std::make_unique<Claim>(*this, id);
}

std::size_t Executions::HashOfDigest::operator()(const Digest& digest) const {
    return static_cast<std::size_t>(lookup_of(digest));
}

void Executions::release(const Digest& id) {
    const std::lock_guard lock(mutex_);
    running_.erase(id);
}

std::int64_t Executions::wall_seconds() const {
    return std::chrono::duration_cast<std::chrono::seconds>(clock_.wall_now().time_since_epoch()).count();
}

bool Executions::may_have_record(const Digest& id) {
    const std::lock_guard lock(mutex_);
    return knowledge_ != Knowledge::all || recorded_.may_have(static_cast<std::uint64_t>(lookup_of(id)));
}

bool Executions::begin_learning() {
    const std::lock_guard lock(mutex_);
    if (knowledge_ != Knowledge::none)
        return false;
    knowledge_ = Knowledge::learning;
    return true;
}

// In pieces, each of which sees all that was recorded before the files were opened and is not removed yet.
Result<> Executions::learn(Connection& reader) {
    std::int64_t next = std::numeric_limits<std::int64_t>::min();
    for (std::size_t learned = 0; learned < kMostLearned; learned += kLearnedAtOnce) {
        TRY(const std::vector<std::int64_t> lookups, lookups_from(reader, next));
        {
            const std::lock_guard lock(mutex_);
            for (const std::int64_t lookup : lookups)
                recorded_.add(static_cast<std::uint64_t>(lookup));
        }
        if (lookups.size() < kLearnedAtOnce || lookups.back() == std::numeric_limits<std::int64_t>::max())
            return {};
        next = lookups.back() + 1;
    }
    return fail("resource_exhausted", "the store has recorded more than {} executions", kMostLearned);
}

void Executions::end_learning(Learned learned) {
    const std::lock_guard lock(mutex_);
    knowledge_ = learned == Learned::all     ? Knowledge::all
                 : learned == Learned::later ? Knowledge::none
                                             : Knowledge::out_of_reach;
}

Result<> Executions::opened(Connection& writer) {
    TRY(const std::vector<std::int64_t> lookups, index_.load(writer));
    const std::lock_guard lock(mutex_);
    knowledge_ = Knowledge::none;
    recorded_.clear();
    for (const std::int64_t lookup : lookups)
        recorded_.add(static_cast<std::uint64_t>(lookup));
    return {};
}

void Executions::forget() {
    index_.forget();
    const std::lock_guard lock(mutex_);
    knowledge_ = Knowledge::none;
    recorded_.clear();
}

// Records and their expiry are appended; by their digest ReplyIndex finds them.
Result<> Executions::prepare(Connection& writer) {
    TRY_DO(
        writer.execute("CREATE TABLE IF NOT EXISTS _skep_replies (number INTEGER PRIMARY KEY, lookup INTEGER NOT NULL, "
                       "expires INTEGER NOT NULL, status INTEGER NOT NULL, id BLOB NOT NULL, "
                       "fingerprint BLOB NOT NULL, peer TEXT NOT NULL, headers BLOB NOT NULL, body BLOB NOT NULL)"));
    TRY_DO(writer.execute("CREATE INDEX IF NOT EXISTS _skep_replies_expiry ON _skep_replies (expires)"));
    return ReplyIndex::prepare(writer);
}

// The last one: an expired record may stay beside its successor, and the time of day may be set back.
Result<std::optional<model::Response>> Executions::find(Connection& reader, const ExecutionName& name,
                                                        const model::KeyedExecution& execution,
                                                        const std::string& peer) const {
    const std::int64_t now = wall_seconds();
    for (const std::int64_t number : index_.recent(lookup_of(name.id))) {
        RowWriter params;
        params.begin_params(3);
        params.integer(number);
        params.blob(as_text(name.id));
        params.integer(now);
        TRY(const StatementResult found,
            reader.execute("SELECT fingerprint, peer, status, headers, body FROM _skep_replies "
                           "WHERE number = ?1 AND id = ?2 AND expires > ?3",
                           std::move(params).take()));
        TRY(auto reply, reply_in(found.rows, name, execution, peer));
        if (reply)
            return reply;
    }
    RowWriter params;
    params.begin_params(3);
    params.integer(lookup_of(name.id));
    params.blob(as_text(name.id));
    params.integer(now);
    TRY(const StatementResult found,
        reader.execute("SELECT fingerprint, peer, status, headers, body FROM _skep_replies "
                       "WHERE number IN (SELECT number FROM _skep_replies_sorted WHERE lookup = ?1) "
                       "AND id = ?2 AND expires > ?3 ORDER BY number DESC LIMIT 1",
                       std::move(params).take()));
    return reply_in(found.rows, name, execution, peer);
}

// A few, all made before the record of the number `before`.
Result<> Executions::remove_expired(Connection& writer, std::int64_t now, std::int64_t before) {
    RowWriter params;
    params.begin_params(2);
    params.integer(now);
    params.integer(before);
    const std::string expired = std::move(params).take();
    TRY_DO(ReplyIndex::remove_expired(writer, expired));
    TRY_DO(
        writer.execute("DELETE FROM _skep_replies WHERE number IN (SELECT number "
                       "FROM _skep_replies WHERE expires <= ?1 AND number < ?2 ORDER BY expires, number LIMIT 4)",
                       expired));
    TRY(const StatementResult left, writer.execute("SELECT min(expires) FROM _skep_replies"));
    TRY(RowReader row, RowReader::rows(left.rows.view()));
    TRY(const Value first, row.next());
    const auto* seconds = std::get_if<std::int64_t>(&first);
    next_removal_ = seconds != nullptr ? *seconds : std::numeric_limits<std::int64_t>::max();
    return {};
}

Result<> Executions::record(Connection& writer, const Record& record, const model::Response& response) {
    const Bytes& body = response.body.buffered();
    const std::string headers = packed(response.headers);
    if (headers.size() > kMaxHeaders)
        return fail("reply_too_large_for_key", "the reply's fields have {} bytes; recorded ones have at most {}",
                    headers.size(), kMaxHeaders);
    if (body.size() > kMaxBody || response.body.is_stream())
        return fail("reply_too_large_for_key", "the reply has {} bytes; one that is recorded has at most {}",
                    body.size(), kMaxBody);
    const std::int64_t now = wall_seconds();
    const std::int64_t expires = now + std::chrono::ceil<std::chrono::seconds>(record.retention).count();
    RowWriter params;
    params.begin_params(8);
    params.integer(lookup_of(record.name.id));
    params.integer(expires);
    params.integer(response.status);
    params.blob(as_text(record.name.id));
    params.blob(as_text(record.name.fingerprint));
    params.text(record.peer);
    params.blob(headers);
    params.blob(body.view());
    TRY(const StatementResult recorded,
        writer.execute("INSERT INTO _skep_replies VALUES (NULL, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                       std::move(params).take()));
    const std::int64_t number = recorded.last_insert_id;
    if (now >= next_removal_) {
        TRY_DO(remove_expired(writer, now, number));
    }
    next_removal_ = std::min(next_removal_, expires);
    const std::int64_t lookup = lookup_of(record.name.id);
    index_.add({.lookup = lookup, .number = number, .expires = expires});
    const std::lock_guard lock(mutex_);
    recorded_.add(static_cast<std::uint64_t>(lookup));
    return {};
}

}  // namespace skep::store
