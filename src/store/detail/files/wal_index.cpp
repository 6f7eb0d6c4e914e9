#include "store/detail/files/wal_index.hpp"

#include <sqlite3.h>

namespace skep::store {

volatile void* WalIndex::map(HeldLocks& held, int region, int bytes, bool make) {
    const std::lock_guard lock(mutex_);
    if (!held.mapped) {
        held.mapped = true;
        ++mapped_;
    }
    const auto index = static_cast<std::size_t>(region);
    while (make && regions_.size() <= index)
        regions_.push_back(std::make_unique<std::uint64_t[]>(static_cast<std::size_t>(bytes) / sizeof(std::uint64_t)));
    return index < regions_.size() ? regions_[index].get() : nullptr;
}

void WalIndex::unmap(HeldLocks& held) {
    const std::lock_guard lock(mutex_);
    if (!held.mapped)
        return;
    held.mapped = false;
    if (--mapped_ == 0)
        regions_.clear();
}

bool WalIndex::lock_shared(HeldLocks& held, int first) {
    const auto bit = static_cast<std::uint16_t>(1U << first);
    if ((held.shared & bit) != 0)
        return true;
    std::atomic<int>& lock = locks_[static_cast<std::size_t>(first)];
    int count = lock.load(std::memory_order_relaxed);
    do {
        if (count < 0)
            return false;
    } while (!lock.compare_exchange_weak(count, count + 1, std::memory_order_acq_rel));
    held.shared |= bit;
    return true;
}

bool WalIndex::lock_exclusive(HeldLocks& held, int first, int count) {
    for (int at = first; at < first + count; ++at) {
        const auto bit = static_cast<std::uint16_t>(1U << at);
        int free = 0;
        const bool is_mine = (held.exclusive & bit) != 0;
        if (!is_mine && !locks_[static_cast<std::size_t>(at)].compare_exchange_strong(free, -1)) {
            unlock(held, first, at - first);
            return false;
        }
        held.exclusive |= bit;
    }
    return true;
}

void WalIndex::unlock(HeldLocks& held, int first, int count) {
    for (int at = first; at < first + count; ++at) {
        const auto bit = static_cast<std::uint16_t>(1U << at);
        std::atomic<int>& lock = locks_[static_cast<std::size_t>(at)];
        if ((held.exclusive & bit) != 0)
            lock.store(0, std::memory_order_release);
        else if ((held.shared & bit) != 0)
            lock.fetch_sub(1, std::memory_order_acq_rel);
        held.exclusive &= static_cast<std::uint16_t>(~bit);
        held.shared &= static_cast<std::uint16_t>(~bit);
    }
}

bool WalIndex::lock_file(HeldLocks& held, int level) {
    const std::lock_guard lock(mutex_);
    if (level <= held.file)
        return true;
    if (file_exclusive_ != nullptr && file_exclusive_ != &held)
        return false;
    if (level >= SQLITE_LOCK_RESERVED && file_reserved_ != nullptr && file_reserved_ != &held)
        return false;
    if (level >= SQLITE_LOCK_PENDING && file_shared_ > 1)
        return false;
    if (held.file == SQLITE_LOCK_NONE)
        ++file_shared_;
    if (level >= SQLITE_LOCK_RESERVED)
        file_reserved_ = &held;
    if (level >= SQLITE_LOCK_PENDING)
        file_exclusive_ = &held;
    held.file = level;
    return true;
}

void WalIndex::unlock_file(HeldLocks& held, int level) {
    const std::lock_guard lock(mutex_);
    if (level >= held.file)
        return;
    if (file_reserved_ == &held)
        file_reserved_ = nullptr;
    if (file_exclusive_ == &held)
        file_exclusive_ = nullptr;
    if (level == SQLITE_LOCK_NONE)
        --file_shared_;
    held.file = level;
}

bool WalIndex::file_is_reserved() {
    const std::lock_guard lock(mutex_);
    return file_reserved_ != nullptr;
}

int WalIndex::connections() {
    const std::lock_guard lock(mutex_);
    return file_shared_;
}

}  // namespace skep::store
