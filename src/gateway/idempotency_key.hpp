#pragma once
// The Idempotency-Key of a request from outside.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "model/call_context.hpp"
#include "model/message.hpp"
#include "model/route_options.hpp"

namespace skep::gateway {

// The key in the field's value: itself, or what a string of structured fields holds (RFC 9651, section 3.3.3), without
// its quotes. Callers from outside are anonymous and share one space of keys: so that nobody meets another's by chance,
// a key has 16 to 255 visible ASCII characters. Fails with `idempotency_key_invalid`.
Result<std::string> parse_idempotency_key(std::string_view value);

// What `request`, for a service with a store, executes: a key for POST, PUT, PATCH and DELETE that have one. Fails with
// `idempotency_key_invalid`, also where `options` require a key and there is none.
Result<model::Execution> execution_of(const model::Request& request, const model::RouteOptionsTable& options);

}  // namespace skep::gateway
