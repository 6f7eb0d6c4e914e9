#pragma once
// Grip: what a handler holds of its open store: nothing, a snapshot, or the turn.

#include <cstdint>

#include "store/detail/open_store.hpp"
#include "store/service_store.hpp"

namespace skep::store {

// Used on one thread at a time. Letting go undoes what was not kept.
struct Grip {
    StorePin pin;

    // A snapshot.
    Readers::Lease lease;
    std::uint64_t seen = 0;  // the change sequence that it shows

    // The turn.
    bool holds_turn = false;
    bool is_in_savepoint = false;
    bool is_alone = false;

    Grip() = default;
    Grip(const Grip&) = delete;
    Grip& operator=(const Grip&) = delete;
    ~Grip() { let_go(); }

    void end_snapshot();
    void undo();
    // True: `ticket`, where it is not null, is told when all that the handler may have seen is durable.
    bool pass_on(const std::shared_ptr<FlushTicket>& ticket);
    void let_go();
};

}  // namespace skep::store
