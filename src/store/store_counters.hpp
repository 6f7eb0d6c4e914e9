#pragma once
// StoreCounters: what a store did since the process began.

#include <atomic>
#include <cstdint>

namespace skep::store {

// Any thread.
struct StoreCounters {
    std::atomic<std::uint64_t> turns{0};
    std::atomic<std::uint64_t> turn_wait_ns{0};
    std::atomic<std::uint64_t> conflicts{0};
    std::atomic<std::uint64_t> reruns{0};
    std::atomic<std::uint64_t> replays{0};
    std::atomic<std::uint64_t> batches{0};         // made durable
    std::atomic<std::uint64_t> batch_handlers{0};  // that put changes into a batch
    std::atomic<std::uint64_t> dropped_batches{0};
    std::atomic<std::uint64_t> flushes{0};   // commits of batches, also those that failed
    std::atomic<std::uint64_t> flush_ns{0};  // their time
    std::atomic<std::uint64_t> inline_statements{0};
    std::atomic<std::uint64_t> pool_statements{0};
    std::atomic<std::uint64_t> inline_ns_max{0};  // the longest statement on an io thread

    void note_inline(std::uint64_t ns) {
        inline_statements.fetch_add(1, std::memory_order_relaxed);
        if (ns > inline_ns_max.load(std::memory_order_relaxed))
            inline_ns_max.store(ns, std::memory_order_relaxed);
    }
    void note_flush(std::uint64_t ns) {
        flushes.fetch_add(1, std::memory_order_relaxed);
        flush_ns.fetch_add(ns, std::memory_order_relaxed);
    }
};

}  // namespace skep::store
