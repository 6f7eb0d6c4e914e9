#include "mesh/bulkhead.hpp"

#include <coroutine>

namespace skep::mesh {
namespace {

constexpr auto kRetry = std::chrono::milliseconds(1);
constexpr std::uint32_t kHandsInARow = 8;  // then another thread's waiters have their chance

}  // namespace

// Stands in the queue while its coroutine waits. What it is handed is a permit that nobody holds yet; it gives it on if
// it is destroyed before it has run.
class Bulkhead::Waiter final : public async::ListNode {
public:
    explicit Waiter(Bulkhead& bulkhead) : bulkhead_(bulkhead), timeout_(*this) {
        ++bulkhead_.waiting_here_;
        bulkhead_.occupancy_->queued.fetch_add(1, std::memory_order_relaxed);
    }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
        --bulkhead_.waiting_here_;
        bulkhead_.occupancy_->queued.fetch_sub(1, std::memory_order_relaxed);
        if (has_permit_) {
            unlink();
            bulkhead_.release();
        }
    }

    bool await_ready() const noexcept { return false; }
    void await_suspend(std::coroutine_handle<> handle) {
        resumption_.set(handle);
        bulkhead_.waiters_.push_back(*this);
        bulkhead_.loop_.arm(timeout_, bulkhead_.loop_.now() + bulkhead_.limits_.wait);
        if (!bulkhead_.retry_.is_armed())
            bulkhead_.loop_.arm(bulkhead_.retry_, bulkhead_.loop_.now() + kRetry);
    }
    // Whether it was handed a permit.
    bool await_resume() { return std::exchange(has_permit_, false); }

    void hand_permit() {
        has_permit_ = true;
        timeout_.disarm();
        bulkhead_.loop_.post(resumption_);
    }

private:
    struct Timeout final : async::Timer {
        explicit Timeout(Waiter& waiter) : waiter_(waiter) {}
        void expired() override {
            waiter_.unlink();
            waiter_.bulkhead_.loop_.post(waiter_.resumption_);
        }
        Waiter& waiter_;
    };

    Bulkhead& bulkhead_;
    Timeout timeout_;
    async::Resumption resumption_;
    bool has_permit_ = false;
};

Bulkhead::Bulkhead(async::Loop& loop, Limits limits, std::shared_ptr<Occupancy> occupancy)
    : loop_(loop), limits_(limits), occupancy_(std::move(occupancy)) {}

bool Bulkhead::take_place() {
    std::uint32_t running = occupancy_->running.load(std::memory_order_relaxed);
    while (running < limits_.running) {
        if (occupancy_->running.compare_exchange_weak(running, running + 1, std::memory_order_acq_rel))
            return true;
    }
    return false;
}

bool Bulkhead::try_acquire(Permit& permit) {
    if (!waiters_.empty() || !take_place())
        return false;
    permit = Permit(*this);
    return true;
}

async::Task<Result<Bulkhead::Permit>> Bulkhead::acquire() {
    Permit permit;
    if (try_acquire(permit))
        co_return permit;
    if (queued() >= limits_.queued)
        co_return fail("service_busy", "{} requests run and {} wait", running(), queued());
    Waiter waiter(*this);
    const bool has_permit = co_await waiter;
    if (!has_permit)
        co_return fail("service_busy", "no place was free within {} ms", limits_.wait.count());
    co_return Permit(*this);
}

void Bulkhead::serve_waiters() {
    while (!waiters_.empty() && take_place())
        waiters_.pop_front()->hand_permit();
    if (!waiters_.empty())
        loop_.arm(retry_, loop_.now() + kRetry);
}

void Bulkhead::release() {
    const bool others_wait = queued() > waiting_here_;
    const bool may_hand_on = !others_wait || ++handed_on_ < kHandsInARow;
    Waiter* next = may_hand_on ? waiters_.pop_front() : nullptr;
    if (next != nullptr)
        return next->hand_permit();
    handed_on_ = 0;
    occupancy_->running.fetch_sub(1, std::memory_order_acq_rel);
}

}  // namespace skep::mesh
