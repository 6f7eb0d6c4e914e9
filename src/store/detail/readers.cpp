#include "store/detail/readers.hpp"

#include "store/detail/on_loop.hpp"

namespace skep::store {

Readers::Lease Readers::try_lease() {
    const std::lock_guard lock(mutex_);
    return take_free();
}

Readers::Lease Readers::take_free() {
    if (held_back_ || free_.empty())
        return {};
    std::unique_ptr<Connection> connection = std::move(free_.back());
    free_.pop_back();
    ++lent_;
    return {*this, std::move(connection), term_};
}

bool Readers::has_room() const {
    const std::lock_guard lock(mutex_);
    return !held_back_ && free_.empty() && lent_ < limit_;
}

Result<Readers::Lease> Readers::open_one() {
    {
        const std::lock_guard lock(mutex_);
        if (Lease free = take_free())
            return free;
        if (held_back_ || lent_ >= limit_)
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

void Readers::withdraw(const Waiter& waiter) {
    const std::lock_guard lock(mutex_);
    std::erase_if(waiters_, [&](const auto& each) { return each.get() == &waiter; });
}

void Readers::hold_back() {
    const std::lock_guard lock(mutex_);
    held_back_ = true;
}

void Readers::let_in(Lent lent) {
    std::deque<std::shared_ptr<Waiter>> waiters;
    {
        const std::lock_guard lock(mutex_);
        if (!std::exchange(held_back_, false))
            return;
        if (lent == Lent::recalled)
            term_.fetch_add(1, std::memory_order_relaxed);
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
