#include "store/detail/turns.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "store/detail/on_loop.hpp"

namespace skep::store {
namespace {

// One message for each loop, however many tickets it has.
void settle(std::vector<std::shared_ptr<FlushTicket>> tickets, FlushOutcome outcome) {
    while (!tickets.empty()) {
        async::Loop& loop = tickets.back()->loop;
        const auto same = [&](const auto& ticket) { return &ticket->loop == &loop; };
        const auto others =
            std::partition(tickets.begin(), tickets.end(), [&](const auto& each) { return !same(each); });
        std::vector<std::shared_ptr<FlushTicket>> here(std::move_iterator(others), std::move_iterator(tickets.end()));
        tickets.erase(others, tickets.end());
        on_loop(loop, [here = std::move(here), outcome] {
            for (const auto& ticket : here) {
                ticket->outcome = outcome;
                ticket->keeps.reset();
                ticket->changed.set();
            }
        });
    }
}

}  // namespace

void FlushTicket::run() {
    if (const auto turns = closes.lock())
        turns->close_batch();
}

Turns::Turns(Flusher& flusher, const Clock& clock, Limits limits) : flusher_(flusher), clock_(clock), limits_(limits) {}

Result<bool> Turns::take(const std::shared_ptr<TurnWaiter>& waiter) {
    std::unique_lock lock(mutex_);
    if (refused_)
        return Failure(*refused_);
    const bool joins = state_ == State::free && queue_.empty() && !must_close(waiter.get());
    if (!joins && queue_.size() >= limits_.waiters)
        return queue_full();
    if (joins) {
        state_ = State::held;
        return true;
    }
    queue_.push_back(waiter);
    if (state_ == State::free)
        advance(lock, false);
    return false;
}

Result<> Turns::hold_back() {
    const std::lock_guard lock(mutex_);
    if (queue_.size() + held_back_ >= limits_.waiters)
        return queue_full();
    ++held_back_;
    return {};
}

void Turns::let_start() {
    const std::lock_guard lock(mutex_);
    --held_back_;
}

Failure Turns::queue_full() const {
    return fail("turn_queue_full", "{} handlers wait for the store's turn", queue_.size() + held_back_);
}

void Turns::withdraw(TurnWaiter& waiter) {
    if (waiter.is_granted) {
        pass_on(nullptr, false);
        return;
    }
    waiter.is_withdrawn = true;
    const std::lock_guard lock(mutex_);
    const auto found = std::ranges::find(queue_, &waiter, [](const auto& each) { return each.get(); });
    if (found != queue_.end())
        queue_.erase(found);
}

void Turns::raise() {
    raised_.fetch_add(1, std::memory_order_acq_rel);
    const std::lock_guard lock(mutex_);
    batch_.has_changes = true;
}

bool Turns::pass_on(const std::shared_ptr<FlushTicket>& ticket, bool alone) {
    std::unique_lock lock(mutex_);
    CHECK(state_ == State::held);
    state_ = State::free;
    if (batch_.handlers++ == 0)
        batch_.opened = clock_.now();
    batch_.alone = batch_.alone || alone;
    const bool must_wait = batch_.has_changes && ticket != nullptr;
    if (must_wait)
        batch_.tickets.push_back(ticket);
    if (refused_)
        return must_wait;
    const bool lingers = must_wait && queue_.empty() && !must_close(nullptr);
    if (lingers) {
        ticket->closes = weak_from_this();
        ticket->loop.post(*ticket);
    }
    advance(lock, lingers);
    return must_wait;
}

void Turns::close_batch() {
    std::unique_lock lock(mutex_);
    if (state_ == State::free && queue_.empty() && batch_.handlers > 0 && !refused_)
        advance(lock, false);
}

bool Turns::must_close(const TurnWaiter* next) const {
    if (batch_.handlers == 0)
        return false;
    const bool stands_alone = batch_.alone || (next != nullptr && next->alone);
    return stands_alone || batch_.handlers >= limits_.handlers || clock_.now() - batch_.opened >= age_limit();
}

Duration Turns::age_limit() const {
    return std::clamp<Duration>(8 * last_flush_, limits_.age, std::max(limits_.age, limits_.longest_age));
}

// With the turn free: lets the next one in, or flushes. `may_linger`: a batch that still takes handlers is left open.
void Turns::advance(std::unique_lock<std::mutex>& lock, bool may_linger) {
    if (refused_)
        return;
    const TurnWaiter* next = queue_.empty() ? nullptr : queue_.front().get();
    if (next != nullptr && !must_close(next)) {
        grant(lock);
        return;
    }
    if (batch_.handlers == 0 || (may_linger && next == nullptr))
        return;
    state_ = State::flushing;
    const bool has_changes = batch_.has_changes;
    if (has_changes)
        batch_.flush_began = clock_.now();
    lock.unlock();
    if (has_changes) {
        flusher_.flush();
        return;
    }
    flusher_.end_unchanged();
    end_batch(FlushOutcome::flushed);
    resume();
}

void Turns::grant(std::unique_lock<std::mutex>& lock) {
    const std::shared_ptr<TurnWaiter> waiter = std::move(queue_.front());
    queue_.pop_front();
    state_ = State::held;
    lock.unlock();
    on_loop(waiter->loop, [waiter, turns = shared_from_this()] {
        if (waiter->is_withdrawn) {
            turns->pass_on(nullptr, false);
            return;
        }
        waiter->is_granted = true;
        waiter->changed.set();
    });
}

void Turns::end_batch(FlushOutcome outcome) {
    // Of a dropped batch too: a snapshot taken before cannot write on what it never saw.
    published_.store(raised(), std::memory_order_release);
    Batch batch;
    {
        const std::lock_guard lock(mutex_);
        std::swap(batch, batch_);
        if (batch.flush_began)
            last_flush_ = clock_.now() - *batch.flush_began;
    }
    settle(std::move(batch.tickets), outcome);
}

void Turns::resume() {
    std::unique_lock lock(mutex_);
    CHECK(state_ == State::flushing);
    state_ = State::free;
    advance(lock, true);
}

void Turns::refuse(const Error& reason) {
    std::deque<std::shared_ptr<TurnWaiter>> queue;
    {
        const std::lock_guard lock(mutex_);
        refused_ = reason;
        is_refusing_.store(true, std::memory_order_release);
        queue.swap(queue_);
    }
    for (const auto& waiter : queue) {
        on_loop(waiter->loop, [waiter, reason] {
            waiter->refused = reason;
            waiter->changed.set();
        });
    }
}

bool Turns::is_idle() const {
    const std::lock_guard lock(mutex_);
    return state_ == State::free && queue_.empty() && batch_.handlers == 0;
}

}  // namespace skep::store
