#pragma once
// BlockingTurn: the turn of a store for work that blocks its thread: migrations, backups of the platform's own.

#include "store/detail/open_store.hpp"
#include "store/service_store.hpp"

namespace skep::store {

// The turn, alone in its batch, until destroyed; on a thread that may block and has no loop.
class BlockingTurn {
public:
    // Fails as `Turns::take` does, and with `deadline_exceeded`.
    static Result<std::unique_ptr<BlockingTurn>> take(StorePin pin, const Clock& clock, TimePoint deadline);
    ~BlockingTurn();
    BlockingTurn(const BlockingTurn&) = delete;
    BlockingTurn& operator=(const BlockingTurn&) = delete;

    Connection& writer() { return pin_->writer(); }

    // What was committed under the turn is new to every snapshot.
    void has_changed() { changed_ = true; }

private:
    explicit BlockingTurn(StorePin pin) : pin_(std::move(pin)) {}

    StorePin pin_;
    bool changed_ = false;
};

}  // namespace skep::store
