#pragma once
// Standard input as a body.

#include <memory>

#include "async/loop.hpp"
#include "model/body.hpp"

namespace skep {

// Reads `descriptor` on a thread of its own, a chunk at a time, each when the one before was taken. Destroying it ends
// a read that waits.
std::unique_ptr<model::BodySource> make_input_body(async::Loop& loop, int descriptor);

}  // namespace skep
