#pragma once
// CallContext: what travels with a call through every layer.

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "base/clock.hpp"
#include "model/names.hpp"
#include "observability/trace_context.hpp"

namespace skep::model {

// What is being executed, for idempotency: nothing named, or a request with an Idempotency-Key. Deliveries and saga
// steps join with events and sagas.
struct NoExecution {};
struct KeyedExecution {
    std::string key;
    bool by_platform = false;  // made for a call of a keyed execution, not given by a client

    friend bool operator==(const KeyedExecution&, const KeyedExecution&) = default;
};
using Execution = std::variant<NoExecution, KeyedExecution>;

// A value, copied for each nested call.
struct CallContext {
    TimePoint deadline;                 // until the response head
    TraceContext trace;                 // the span of this call
    std::string request_id;             // X-Trace-ID: as given by the client, else the trace id
    std::optional<ServiceName> caller;  // empty: from outside
    std::string peer;                   // the client's IP address; empty where a service calls
    int depth = 0;                      // calls above this one
    Execution execution;
};

}  // namespace skep::model
