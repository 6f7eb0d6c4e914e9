#include "store/detail/files/first_failure.hpp"

namespace skep::store {

void FirstFailure::record(const Error& error, Writes writes) {
    const std::lock_guard lock(mutex_);
    if (!first_)
        first_ = error;
    if (writes == Writes::stop)
        stopped_.store(true, std::memory_order_release);
}

void FirstFailure::clear() {
    const std::lock_guard lock(mutex_);
    first_.reset();
    stopped_.store(false, std::memory_order_release);
}

std::optional<Error> FirstFailure::get() const {
    const std::lock_guard lock(mutex_);
    return first_;
}

Result<> FirstFailure::check_writable() const {
    if (stopped_.load(std::memory_order_acquire)) [[unlikely]]
        return fail("store_failed", "the store's files take no writes after {}",
                    get().value_or(internal("?")).message());
    return {};
}

}  // namespace skep::store
