// The handler's transaction, and the key that it runs for. It begins with the first statement and ends with the reply;
// these are for the handler that wants more.
#pragma once

#include <optional>
#include <string>

#include "skep/detail/form.hpp"
#include "skep/result.hpp"

#if defined(SKEP_WIT)
#include "skep/detail/store_wit.hpp"
#else
#include "skep/detail/store_core.hpp"
#endif

namespace skep::transaction {

// Takes the turn to write now: what is read from here on cannot change under the handler, and it can neither call
// another service nor wait.
inline Status begin() {
    return host::transaction_begin();
}

// Makes durable what was done so far. Refused in a handler that runs for a key.
inline Status commit() {
    return host::transaction_commit();
}

// Undoes what was done so far; the reply leaves all the same. (A reply of 500 or more undoes it by itself.)
inline Status rollback() {
    return host::transaction_rollback();
}

}  // namespace skep::transaction

namespace skep::idempotency {

// The Idempotency-Key that the handler runs for, or none. Who repeats it is given the recorded reply; calls that the
// handler makes carry keys of their own by themselves.
inline Result<std::optional<std::string>> current_key() {
    return host::current_key();
}

}  // namespace skep::idempotency
