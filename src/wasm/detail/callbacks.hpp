#pragma once
// The callbacks that the library makes, as calls of GuestTask and of the engine's clocks.

#include <skep_engine.h>

#include "base/clock.hpp"

namespace skep::wasm {

// What belongs to no guest. Outlives the engine.
struct EngineContext {
    const Clock& clock;
};

skep_callbacks callbacks_of(EngineContext& context);

}  // namespace skep::wasm
