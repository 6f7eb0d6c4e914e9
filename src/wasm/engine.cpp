#include "wasm/engine.hpp"

#include "async/ticker.hpp"
#include "base/check.hpp"
#include "base/random.hpp"
#include "wasm/detail/bridge.hpp"
#include "wasm/detail/callbacks.hpp"

namespace skep::wasm {
namespace {

// Each epoch costs the core of an io thread two switches of threads, some 30 us: they are short only where guests run
// for long.
constexpr async::Ticker::Pace kEpochs{.period = std::chrono::milliseconds(4),
                                      .hurried = std::chrono::milliseconds(1),
                                      .linger = std::chrono::milliseconds(100)};

struct FreeEngine {
    void operator()(skep_engine* engine) const { skep_engine_free(engine); }
};

}  // namespace

struct Engine::State {
    EngineOptions options;
    EngineContext context;
    std::unique_ptr<skep_engine, FreeEngine> raw;
    std::string fingerprint;
    std::unique_ptr<async::Ticker> ticker;
};

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}

Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::make(const EngineOptions& options, const Clock& clock) {
    CHECK(skep_abi_version() == SKEP_ABI_VERSION);
    auto state = std::make_unique<State>(State{options, EngineContext{clock}, nullptr, {}, nullptr});
    const skep_options raw = to_raw(options);
    const skep_callbacks callbacks = callbacks_of(state->context);
    skep_error* failure = nullptr;
    state->raw.reset(skep_engine_new(&raw, &callbacks, &failure));
    if (!state->raw)
        return fail(take_error(failure).within("cannot start the engine"));
    skep_buffer fingerprint{};
    if (!skep_fingerprint(&raw, &fingerprint, &failure))
        return fail(take_error(failure));
    state->fingerprint = to_bytes(fingerprint).view();
    skep_engine* engine = state->raw.get();
    state->ticker = std::make_unique<async::Ticker>(kEpochs, [engine] { skep_engine_tick(engine); });
    return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

EngineStatus Engine::status() const {
    skep_engine_status raw{};
    skep_engine_status_of(state_->raw.get(), &raw);
    return {.slots = raw.slots,
            .reserved_slots = raw.reserved_slots,
            .slots_used = raw.slots_used,
            .pooled_idle = raw.pooled_idle,
            .kept_resident_bound = raw.kept_resident_bound,
            .page_map_scan = raw.pagemap_scan != 0,
            .swap_on = raw.swap_on != 0};
}

const std::string& Engine::fingerprint() const {
    return state_->fingerprint;
}

void Engine::keep_ticking() {
    state_->ticker->keep_alive();
}

void Engine::tick_often() {
    state_->ticker->hurry();
}

void Engine::release_freed_memory() {
    skep_release_freed_memory();
}

skep_engine* Engine::raw() const {
    return state_->raw.get();
}

const EngineOptions& Engine::options() const {
    return state_->options;
}

}  // namespace skep::wasm
