#pragma once
// WalIndex: what SQLite keeps in the file -shm elsewhere, in the memory of the one process that has the store; and the
// locks that its connections take on the store.

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "store/detail/files/first_failure.hpp"

namespace skep::store {

inline constexpr int kIndexLocks = 8;

// What one connection holds; belongs to it.
struct HeldLocks {
    std::uint16_t shared = 0;     // of the index, a bit each
    std::uint16_t exclusive = 0;  // of the index, a bit each
    int file = 0;                 // SQLITE_LOCK_…
    bool mapped = false;
};

// Any thread.
class WalIndex {
public:
    // Region `region` of `bytes` zeros at first; nullptr where it is not there and not to be made.
    volatile void* map(HeldLocks& held, int region, int bytes, bool make);
    // The last one to leave drops the regions.
    void unmap(HeldLocks& held);

    // Whether the locks `first` … `first + count` could be taken.
    bool lock_shared(HeldLocks& held, int first);
    bool lock_exclusive(HeldLocks& held, int first, int count);
    void unlock(HeldLocks& held, int first, int count);
    void barrier() { barrier_.fetch_add(1, std::memory_order_seq_cst); }

    // The locks of the main file: all share it, but for who closes last.
    bool lock_file(HeldLocks& held, int level);
    void unlock_file(HeldLocks& held, int level);
    bool file_is_reserved();

    int connections();

private:
    std::array<std::atomic<int>, kIndexLocks> locks_{};  // -1: exclusive; else how many share it
    std::atomic<std::uint32_t> barrier_ = 0;

    std::mutex mutex_;
    std::vector<std::unique_ptr<std::uint64_t[]>> regions_;
    int mapped_ = 0;
    int file_shared_ = 0;
    const HeldLocks* file_reserved_ = nullptr;
    const HeldLocks* file_exclusive_ = nullptr;
};

}  // namespace skep::store
