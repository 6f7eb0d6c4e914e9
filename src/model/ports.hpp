#pragma once
// The ports at which modules meet that must not include each other.

#include "async/task.hpp"
#include "base/result.hpp"
#include "model/call_context.hpp"
#include "model/message.hpp"
#include "model/names.hpp"

namespace skep::model {

// Every call to a service, whoever makes it, goes through here: so each has a deadline, a trace, metrics and
// policies. One per io thread. Destroying the task cancels the call; destroying the response's body, what is left of
// it.
class ServiceInvoker {
public:
    virtual ~ServiceInvoker() = default;

    // The response's head, with a body that may still be streaming. Fails with `service_not_found`,
    // `call_depth_exceeded`, `service_busy`, `request_deadline_exceeded`, and as the endpoint does.
    virtual async::Task<Result<Response>> invoke(ServiceName service, Request request, CallContext context) = 0;
};

// One place where a service runs: guests in this process, or a process at a URL. One per io thread.
class Endpoint {
public:
    virtual ~Endpoint() = default;

    virtual async::Task<Result<Response>> call(Request request, const CallContext& context) = 0;
};

}  // namespace skep::model
