#pragma once
// Engine: Wasmtime, set up once for the process.

#include <cstdint>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

struct skep_engine;

namespace skep::wasm {

// 0 means the library's default (docs/limits.md).
struct EngineOptions {
    std::uint32_t slots = 0;          // guest instances alive at once
    std::uint64_t memory_budget = 0;  // bytes that idle slots may keep resident
    std::uint64_t max_memory = 0;     // bytes of linear memory of one guest
    bool page_map_scan = true;        // off: for measuring
    bool sanitizer = false;           // on-demand allocation, no signal handlers
};

struct EngineStatus {
    std::uint32_t slots = 0;
    std::uint32_t reserved_slots = 0;
    std::uint32_t slots_used = 0;
    std::uint32_t pooled_idle = 0;
    std::uint64_t kept_resident_bound = 0;  // bytes
    bool page_map_scan = false;
    bool swap_on = false;
};

// Used from every io thread. Outlives all code, apps and guests. Its ticker preempts guests: it runs only while one
// does and 100 ms after.
class Engine {
public:
    // `clock` outlives the engine.
    static Result<std::unique_ptr<Engine>> make(const EngineOptions& options, const Clock& clock);
    ~Engine();
    Engine(const Engine&) = delete;
    Engine& operator=(const Engine&) = delete;

    EngineStatus status() const;

    // What compiled code depends on besides the module: part of the code cache's key.
    const std::string& fingerprint() const;

    // A guest runs now: keep the epoch moving.
    void keep_ticking();
    // A guest has used up its quantum: shorter epochs for a while.
    void tick_often();

    // Gives memory that was freed a while ago back to the kernel, where the allocator needs to be asked. For each
    // thread that runs guests, now and then.
    static void release_freed_memory();

    skep_engine* raw() const;
    const EngineOptions& options() const;

private:
    struct State;
    explicit Engine(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace skep::wasm
