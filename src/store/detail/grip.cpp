#include "store/detail/grip.hpp"

#include <utility>

namespace skep::store {

void Grip::end_snapshot() {
    if (!lease)
        return;
    if (lease.connection().has_transaction())
        disregard(lease.connection().execute("COMMIT"));
    lease = Readers::Lease();
}

void Grip::undo() {
    if (std::exchange(is_in_savepoint, false))
        pin->undo();
}

bool Grip::pass_on(const std::shared_ptr<FlushTicket>& ticket) {
    undo();
    return std::exchange(holds_turn, false) && pin->turns().pass_on(ticket, is_alone);
}

void Grip::let_go() {
    end_snapshot();
    if (holds_turn)
        pass_on(nullptr);
    pin = StorePin();
}

}  // namespace skep::store
