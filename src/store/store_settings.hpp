#pragma once
// StoreSettings: what a store stands on, and its bounds.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>

#include "async/work_pool.hpp"
#include "base/clock.hpp"
#include "model/names.hpp"
#include "store/detail/sql/connection.hpp"
#include "store/disk.hpp"

namespace skep::store {

// What all stores of a process share; outlives them.
struct StorePorts {
    Disk& disk;
    const Clock& clock;
    async::WorkPool& statements;            // slow statements
    async::WorkPool& flushes;               // commits, checkpoints, opening and closing
    std::function<void()> flushed = [] {};  // told of each flush, whose mark is owed from then on (Stores::tend); cheap
};

struct StoreSettings {
    std::filesystem::path folder;  // of store.db
    model::ServiceName service;
    SqlLimits limits;
    std::uint32_t turn_queue = 1'024;
    std::size_t reply_run = 8'192;  // records of executions that are sorted together
    std::uint32_t readers = 32;
    std::uint32_t batch_handlers = 256;
    std::chrono::microseconds batch_age{2'000};
    std::uint64_t checkpoint_bytes = 4 << 20;  // of the WAL, then it is copied into the main file
    std::uint64_t wal_reset_bytes = 16 << 20;  // then readers wait for it to be emptied
};

}  // namespace skep::store
