#pragma once
// HandlerOptions: how one handler uses its store, by its route.

#include <chrono>
#include <cstdint>

#include "base/clock.hpp"

namespace skep::store {

enum class TransactionMode : std::uint8_t {
    snapshot,  // reads what was committed at its first statement; a write takes the turn if nothing changed since
    turn,      // takes the turn at its first statement
};

struct HandlerOptions {
    TransactionMode mode = TransactionMode::turn;
    bool batch_alone = false;  // its flush is shared with nobody
    bool stream = false;       // its reply leaves at once
    bool key_required = false;
    std::chrono::milliseconds transaction_timeout{100};  // holding the turn
    std::chrono::seconds key_retention{24 * 3600};
    TimePoint deadline;
};

}  // namespace skep::store
