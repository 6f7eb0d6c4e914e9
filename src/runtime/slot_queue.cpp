#include "runtime/slot_queue.hpp"

#include <algorithm>
#include <coroutine>

namespace skep::runtime {
namespace {

// Slots that another thread gives back are noticed this late.
constexpr auto kRetry = std::chrono::milliseconds(1);

}  // namespace

// One wait until a slot may be free: told by a slot of this thread, or after kRetry.
struct SlotQueue::Waiter final : async::ListNode {
    explicit Waiter(SlotQueue& owner) : queue(owner), retry(*this) {}

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        resumption.set(handle);
        queue.waiters_.push_back(*this);
        queue.loop_.arm(retry, queue.loop_.now() + kRetry);
    }
    void await_resume() {
        unlink();
        retry.disarm();
    }
    void wake() {
        unlink();
        queue.loop_.post(resumption);
    }

    struct Retry final : async::Timer {
        explicit Retry(Waiter& owner) : waiter(owner) {}
        void expired() override { waiter.wake(); }
        Waiter& waiter;
    };

    SlotQueue& queue;
    Retry retry;
    async::Resumption resumption;
};

Slot::~Slot() {
    if (queue_ != nullptr)
        queue_->give_back();
}

void SlotQueue::give_back() {
    ledger_.give_back();
    wake_waiters();
}

// All look again, since only each of them knows which depth it has; few wait.
void SlotQueue::wake_waiters() {
    while (Waiter* waiter = waiters_.pop_front())
        waiter->wake();
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
    const TimePoint give_up = loop_.now() + patience;
    Slot slot;
    while (!try_take(depth, slot)) {
        if (loop_.now() >= give_up)
            co_return fail("no_free_instance", "no guest instance was free within {} ms", patience.count());
        Waiter waiter(*this);
        co_await waiter;
    }
    co_return slot;
}

}  // namespace skep::runtime
