#include "runtime/slot_queue.hpp"

#include <coroutine>
#include <memory>

namespace skep::runtime {

// One wait until a slot is granted or patience ends. What was granted and not taken is given on.
class SlotQueue::Waiter final : public SlotLedger::Waiter {
public:
    Waiter(SlotQueue& queue, int depth, std::chrono::milliseconds patience)
        : queue_(queue), depth_(depth), patience_(patience), timeout_(*this) {}
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() override {
        *self_ = nullptr;
        if (queue_.ledger_.withdraw(*this))
            queue_.ledger_.give_back();
    }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        resumption_.set(handle);
        queue_.loop_.arm(timeout_, queue_.loop_.now() + patience_);
        queue_.ledger_.enlist(*this, depth_);
    }
    // Whether it has a slot.
    bool await_resume() {
        timeout_.disarm();
        return queue_.ledger_.withdraw(*this);
    }

private:
    struct Timeout final : async::Timer {
        explicit Timeout(Waiter& owner) : waiter(owner) {}
        void expired() override { waiter.wake(); }
        Waiter& waiter;
    };

    // The slot may come from another thread, and after the wait has ended.
    void granted() override {
        queue_.loop_.post_remote([self = self_] {
            if (*self != nullptr)
                (*self)->wake();
        });
    }
    void wake() {
        if (resumption_.is_set())
            queue_.loop_.post(resumption_);
    }

    SlotQueue& queue_;
    int depth_;
    std::chrono::milliseconds patience_;
    Timeout timeout_;
    async::Resumption resumption_;
    std::shared_ptr<Waiter*> self_ = std::make_shared<Waiter*>(this);
};

Slot::~Slot() {
    if (queue_ != nullptr)
        queue_->ledger_.give_back();
}

async::Task<Result<Slot>> SlotQueue::take(int depth, std::chrono::milliseconds patience) {
    if (waiting_ >= kMaxWaiters)
        co_return fail("no_free_instance", "{} requests wait for a guest instance", waiting_);
    struct Count {
        explicit Count(std::size_t& owner) : value(owner) { ++value; }
        ~Count() { --value; }
        std::size_t& value;
    };
    const Count count(waiting_);
    Waiter waiter(*this, depth, patience);
    const bool has_slot = co_await waiter;
    if (!has_slot)
        co_return fail("no_free_instance", "no guest instance was free within {} ms", patience.count());
    co_return Slot(*this);
}

}  // namespace skep::runtime
