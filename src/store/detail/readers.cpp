#include "store/detail/readers.hpp"

#include "store/detail/on_loop.hpp"

namespace skep::store {

Result<Readers::Lease> Readers::try_lease(bool open_more) {
    {
        const std::lock_guard lock(mutex_);
        if (held_back_)
            return Lease();
        if (!free_.empty()) {
            std::unique_ptr<Connection> connection = std::move(free_.back());
            free_.pop_back();
            ++lent_;
            return Lease(*this, std::move(connection), term_);
        }
        if (!open_more || lent_ >= limit_)
            return Lease();
        ++lent_;
    }
    auto opened = open_();
    if (opened)
        return Lease(*this, *std::move(opened), term_);
    const std::lock_guard lock(mutex_);
    --lent_;
    return pass_on(std::move(opened));
}

void Readers::wait(const std::shared_ptr<Waiter>& waiter) {
    const std::lock_guard lock(mutex_);
    waiters_.push_back(waiter);
}

void Readers::hold_back() {
    const std::lock_guard lock(mutex_);
    held_back_ = true;
}

void Readers::let_in() {
    std::deque<std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(mutex_);
        held_back_ = false;
        waiters.swap(waiters_);
    }
    tell(std::move(waiters));
}

bool Readers::is_held_back() const {
    const std::lock_guard lock(mutex_);
    return held_back_;
}

std::size_t Readers::lent() const {
    const std::lock_guard lock(mutex_);
    return lent_;
}

void Readers::close() {
    const std::lock_guard lock(mutex_);
    free_.clear();
}

void Readers::give_back(std::unique_ptr<Connection> connection) {
    std::deque<std::shared_ptr<Waiter>> next;
    {
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(connection));
        --lent_;
        // All of them: one may be gone by the time it is told.
        if (!held_back_)
            next.swap(waiters_);
    }
    tell(std::move(next));
}

void Readers::tell(std::deque<std::shared_ptr<Waiter>> waiters) {
    for (auto& waiter : waiters) {
        on_loop(waiter->loop, [waiter] {
            waiter->is_told = true;
            waiter->changed.set();
        });
    }
}

}  // namespace skep::store
