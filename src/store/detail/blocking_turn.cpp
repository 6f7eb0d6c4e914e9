#include "store/detail/blocking_turn.hpp"

#include <condition_variable>
#include <mutex>

namespace skep::store {
namespace {

// A loop of its own that nobody else drives.
class TurnWait {
public:
    explicit TurnWait(const Clock& clock) : loop_(clock), waiter_(std::make_shared<TurnWaiter>(loop_)) {
        waiter_->alone = true;
        loop_.on_remote([this] {
            const std::lock_guard lock(mutex_);
            is_told_ = true;
            changed_.notify_one();
        });
    }

    const std::shared_ptr<TurnWaiter>& waiter() { return waiter_; }

    // False once `deadline` has passed.
    bool until_told(TimePoint deadline) {
        while (!waiter_->is_granted && !waiter_->refused) {
            loop_.turn();
            if (loop_.clock().now() >= deadline)
                return waiter_->is_granted || waiter_->refused.has_value();
            std::unique_lock lock(mutex_);
            changed_.wait_for(lock, std::chrono::milliseconds(20), [this] { return std::exchange(is_told_, false); });
        }
        return true;
    }

private:
    async::Loop loop_;
    std::shared_ptr<TurnWaiter> waiter_;
    std::mutex mutex_;
    std::condition_variable changed_;
    bool is_told_ = false;
};

}  // namespace

Result<std::unique_ptr<BlockingTurn>> BlockingTurn::take(StorePin pin, const Clock& clock, TimePoint deadline) {
    TurnWait wait(clock);
    Turns& turns = pin->turns();
    TRY(const bool taken, turns.take(wait.waiter()));
    if (!taken && !wait.until_told(deadline)) {
        turns.withdraw(*wait.waiter());
        return fail("deadline_exceeded", "the store's turn did not come in time");
    }
    if (wait.waiter()->refused)
        return Failure(*wait.waiter()->refused);
    return std::unique_ptr<BlockingTurn>(new BlockingTurn(std::move(pin)));
}

BlockingTurn::~BlockingTurn() {
    if (changed_) {
        pin_->turns().raise();
        pin_->turns().end_batch(FlushOutcome::flushed);
    }
    pin_->turns().pass_on(nullptr, true);
}

}  // namespace skep::store
