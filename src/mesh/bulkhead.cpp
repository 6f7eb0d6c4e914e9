#include "mesh/bulkhead.hpp"

#include <coroutine>

namespace skep::mesh {

// Stands in the queue while its coroutine waits. What it is handed is a permit that nobody holds yet; it gives it on if
// it is destroyed before it has run.
class Bulkhead::Waiter final : public async::ListNode {
public:
    explicit Waiter(Bulkhead& bulkhead) : bulkhead_(bulkhead), timeout_(*this) { ++bulkhead_.queued_; }
    Waiter(const Waiter&) = delete;
    Waiter& operator=(const Waiter&) = delete;
    ~Waiter() {
        --bulkhead_.queued_;
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

bool Bulkhead::try_acquire(Permit& permit) {
    if (running_ >= limits_.running)
        return false;
    ++running_;
    permit = Permit(*this);
    return true;
}

async::Task<Result<Bulkhead::Permit>> Bulkhead::acquire() {
    Permit permit;
    if (try_acquire(permit))
        co_return permit;
    if (queued_ >= limits_.queued)
        co_return fail("service_busy", "{} requests run and {} wait", running_, queued_);
    Waiter waiter(*this);
    const bool has_permit = co_await waiter;
    if (!has_permit)
        co_return fail("service_busy", "no place was free within {} ms", limits_.wait.count());
    co_return Permit(*this);
}

void Bulkhead::release() {
    if (Waiter* next = waiters_.pop_front())
        next->hand_permit();
    else
        --running_;
}

}  // namespace skep::mesh
