#pragma once
// ServiceStore: the durable store of one service.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "async/loop.hpp"
#include "async/work_pool.hpp"
#include "base/clock.hpp"
#include "base/random.hpp"
#include "base/result.hpp"
#include "model/names.hpp"
#include "store/detail/connection.hpp"
#include "store/disk.hpp"
#include "store/handler_transaction.hpp"

namespace skep::store {

// What all stores of a process share; outlives them.
struct StorePorts {
    Disk& disk;
    const Clock& clock;
    async::WorkPool& statements;  // slow statements
    async::WorkPool& flushes;     // commits, checkpoints, scrubs
};

struct StoreSettings {
    std::filesystem::path folder;  // of store.db
    model::ServiceName service;
    SqlLimits limits;
    std::uint32_t turn_queue = 1'024;
    std::uint32_t readers = 32;
    std::uint32_t batch_handlers = 256;
    std::chrono::microseconds batch_age{2'000};
};

// What a store did since it was opened.
struct StoreCounters {
    std::uint64_t turns = 0;
    std::uint64_t turn_wait_ns = 0;
    std::uint64_t batches = 0;
    std::uint64_t batch_handlers = 0;
    std::uint64_t conflicts = 0;
    std::uint64_t reruns = 0;
    std::uint64_t replays = 0;
    std::uint64_t dropped_batches = 0;
    std::uint64_t inline_statements = 0;
    std::uint64_t pool_statements = 0;
};

// Shared by all io threads. Outlives its transactions.
class ServiceStore {
public:
    static Result<std::unique_ptr<ServiceStore>> open(StorePorts& ports, StoreSettings settings);
    virtual ~ServiceStore() = default;

    // A transaction for one run of a handler, on the thread of `loop`. `rerun`: the second run of a handler whose
    // first one ended with `run_again`, which takes the turn from the start.
    virtual std::unique_ptr<HandlerTransaction> start(async::Loop& loop, const HandlerOptions& options,
                                                      const model::CallContext& context, bool rerun) = 0;

    virtual StoreCounters counters() const = 0;
};

}  // namespace skep::store
