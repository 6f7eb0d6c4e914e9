#pragma once
// Executions: idempotency. Which keyed executions run now, and the replies of those that have ended.

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_set>

#include "base/clock.hpp"
#include "base/digest.hpp"
#include "model/call_context.hpp"
#include "model/message.hpp"
#include "store/detail/key_filter.hpp"
#include "store/detail/reply_index.hpp"
#include "store/detail/sql/connection.hpp"

namespace skep::store {

// What names a keyed execution, and what its request was.
struct ExecutionName {
    Digest id;           // of caller, route and key: the same after a crash
    Digest fingerprint;  // of the request
};
// `body` is whole. A key that the platform made (`by_platform`) covers the method and path only: a body may hold a time
// of day.
ExecutionName name_of(const model::KeyedExecution& execution, const model::CallContext& context,
                      const model::Request& request, std::string_view body);

// Any thread.
class Executions {
public:
    // `run`: as for ReplyIndex.
    Executions(const Clock& clock, std::size_t run) : clock_(clock), index_(run) {}

    // An execution that runs, until destroyed.
    class Claim {
    public:
        Claim(Executions& owner, const Digest& id) : owner_(owner), id_(id) {}
        Claim(const Claim&) = delete;
        Claim& operator=(const Claim&) = delete;
        ~Claim() { owner_.release(id_); }

    private:
        Executions& owner_;
        Digest id_;
    };

    // Null where it runs already.
    std::unique_ptr<Claim> claim(const Digest& id);

    // Whether `find` needs to be asked, once the claim was made and the store is open. True until it is known which
    // keys have a record: for that, `begin_learning`, then `learn`, then `end_learning`.
    bool may_have_record(const Digest& id);
    // True for one at a time, while there is something to learn.
    bool begin_learning();
    // Reads which executions have a record. Blocking.
    Result<> learn(Connection& reader);
    enum class Learned : std::uint8_t { all, nothing, later };  // `later`: somebody else may try again
    void end_learning(Learned learned);
    // The files are open, before their first use. Blocking.
    Result<> opened(Connection& writer);
    // The files are closed: what they hold is not known any more. With no execution under way in them.
    void forget();
    // By the holder of the turn: with its savepoint just begun, or rolled back.
    void begin_handler() { index_.begin_handler(); }
    void undo_handler() { index_.undo_handler(); }
    // By the flush: within the batch's transaction, and with what became of it.
    void before_commit(Connection& writer) { index_.sort_in(writer, wall_seconds()); }
    void end_batch(bool is_durable) { index_.end_batch(is_durable); }

    // The recorded reply, looked for after the claim was made; nothing where there is none. Fails with
    // `idempotency_key_reused` and `nondeterministic_retry`.
    Result<std::optional<model::Response>> find(Connection& reader, const ExecutionName& name,
                                                const model::KeyedExecution& execution, const std::string& peer) const;

    // Writes the record within the handler's savepoint, and removes a few that have expired. The body is at most 1 MiB:
    // `reply_too_large_for_key`.
    struct Record {
        ExecutionName name;
        std::string peer;
        std::chrono::milliseconds retention;
    };
    Result<> record(Connection& writer, const Record& record, const model::Response& response);

    // Makes the table where it is not there.
    static Result<> prepare(Connection& writer);

private:
    struct HashOfDigest {
        std::size_t operator()(const Digest& digest) const;
    };

    enum class Knowledge : std::uint8_t { none, learning, all, out_of_reach };

    void release(const Digest& id);
    std::int64_t wall_seconds() const;
    Result<> remove_expired(Connection& writer, std::int64_t now, std::int64_t before);

    const Clock& clock_;
    std::mutex mutex_;
    std::unordered_set<Digest, HashOfDigest> running_;
    // What was recorded since the files were opened is in the filter at any time, and all of it once `knowledge_` says
    // so.
    Knowledge knowledge_ = Knowledge::none;
    KeyFilter recorded_;
    ReplyIndex index_;
    // When a record is to be removed next, seconds since 1970; for the holder of the turn. It may be too early, and too
    // late only where the removal of others was rolled back.
    std::int64_t next_removal_ = 0;
};

}  // namespace skep::store
