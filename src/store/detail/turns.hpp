#pragma once
// Turns: who may write to a store, one handler at a time, and which of them share a flush.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "async/loop.hpp"
#include "async/signal.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace skep::store {

class Turns;

// A handler in the queue. Its members are touched on the thread of its loop only.
struct TurnWaiter {
    explicit TurnWaiter(async::Loop& home) : loop(home), changed(home) {}

    async::Loop& loop;
    bool alone = false;  // shares its flush with nobody
    async::Signal changed;
    bool is_granted = false;
    bool is_withdrawn = false;
    std::optional<Error> refused;
};

enum class FlushOutcome : std::uint8_t {
    flushed,      // durable
    rolled_back,  // nothing of it remains
    unknown,      // whether it is durable is not known
};

// One who waits for a batch. Its members are touched on the thread of its loop only.
struct FlushTicket final : async::Runnable, std::enable_shared_from_this<FlushTicket> {
    explicit FlushTicket(async::Loop& home) : loop(home), changed(home) {}

    async::Loop& loop;
    async::Signal changed;
    std::optional<FlushOutcome> outcome;

    std::shared_ptr<void> keeps;  // let go of once the outcome is known, should its owner have gone by then

    // Set where this ticket's owner was the last to pass on the turn: closes the batch at the end of its loop's turn,
    // so that whoever is ready by then shares it.
    std::weak_ptr<Turns> closes;

private:
    void run() override;
};

// Any thread. A turn is taken, used by its holder, and passed on; the batch of those who passed it on is flushed when
// nobody waits for the turn, when it is old, or full. A flush lets nobody in.
class Turns : public std::enable_shared_from_this<Turns> {
public:
    struct Limits {
        std::uint32_t waiters = 1'024;
        std::uint32_t handlers = 256;  // in one batch
        // Of a batch that still takes handlers: so long, or eight times as long as the flush before took, if that is
        // more. Nobody waits for a flush much longer than for its batch then, and a slow disk is asked less often.
        std::chrono::microseconds age{2'000};
        std::chrono::microseconds longest_age{40'000};
    };

    // Makes a batch durable. Called with the turn in nobody's hands, which stays so until `end_batch` and then
    // `resume` are called.
    class Flusher {
    public:
        virtual ~Flusher() = default;
        virtual void flush() = 0;
        // Ends a batch in which nothing was changed; inline, and cheap.
        virtual void end_unchanged() = 0;
    };

    // `flusher` and `clock` outlive its use.
    Turns(Flusher& flusher, const Clock& clock, Limits limits);

    // True: the turn is the caller's. False: it stands in the queue, and is told. Fails with `turn_queue_full`, and
    // with what `refuse` said.
    Result<bool> take(const std::shared_ptr<TurnWaiter>& waiter);

    // A handler that has not started yet counts among those who wait for the turn, until it is let go. Fails with
    // `turn_queue_full`.
    Result<> hold_back();
    void let_start();

    // The waiter wants it no longer; a turn that was on its way is passed on.
    void withdraw(TurnWaiter& waiter);

    // The holder has released changes into the batch.
    void raise();
    // Every released change counted; and those that are durable and visible. Equal: a snapshot taken after reading
    // `published` misses nothing.
    std::uint64_t raised() const { return raised_.load(std::memory_order_acquire); }
    std::uint64_t published() const { return published_.load(std::memory_order_acquire); }

    // The holder is done. True: somebody's changes are not durable yet, and `ticket` is told when they are.
    bool pass_on(const std::shared_ptr<FlushTicket>& ticket, bool alone);

    // What came of the batch, once a flushed one is visible: its tickets are told. By the flusher, and by a holder
    // whose statement made SQLite drop the batch.
    void end_batch(FlushOutcome outcome);
    // The flusher is done: the next may take the turn.
    void resume();

    // From now on nobody gets the turn; the queue is told `reason`. Tickets wait on for `end_batch`.
    void refuse(const Error& reason);
    bool is_refusing() const { return is_refusing_.load(std::memory_order_acquire); }

    bool is_idle() const;

private:
    friend struct FlushTicket;
    struct Batch {
        std::uint32_t handlers = 0;
        TimePoint opened;
        bool has_changes = false;
        bool alone = false;
        std::optional<TimePoint> flush_began;
        std::vector<std::shared_ptr<FlushTicket>> tickets;
    };
    enum class State : std::uint8_t { free, held, flushing };

    Failure queue_full() const;
    void close_batch();
    bool must_close(const TurnWaiter* next) const;
    Duration age_limit() const;
    void advance(std::unique_lock<std::mutex>& lock, bool may_linger);
    void grant(std::unique_lock<std::mutex>& lock);

    Flusher& flusher_;
    const Clock& clock_;
    Limits limits_;
    std::atomic<std::uint64_t> raised_{0};
    std::atomic<std::uint64_t> published_{0};
    std::atomic<bool> is_refusing_{false};
    mutable std::mutex mutex_;
    State state_ = State::free;
    Batch batch_;
    Duration last_flush_{};
    std::deque<std::shared_ptr<TurnWaiter>> queue_;
    std::size_t held_back_ = 0;
    std::optional<Error> refused_;
};

}  // namespace skep::store
