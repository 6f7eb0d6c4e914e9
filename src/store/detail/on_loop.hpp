#pragma once
// on_loop: tells a loop something, from any thread.

#include <utility>

#include "async/loop.hpp"

namespace skep::store {

// Runs `tell` on the thread of `loop`: at once where that is this one.
template <typename Tell>
void on_loop(async::Loop& loop, Tell tell) {
    if (loop.is_on_thread())
        tell();
    else
        loop.post_remote(std::move(tell));
}

}  // namespace skep::store
