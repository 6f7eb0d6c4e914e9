#pragma once
// GuestHost: what one run of a guest finds around it.

#include <chrono>
#include <string_view>

#include "async/task.hpp"
#include "base/result.hpp"
#include "model/message.hpp"

namespace skep::wasm {

class GuestTask;

enum class GuestStream : std::uint8_t { out, err };

// Implemented by whoever runs the guest; outlives the GuestTask. On the guest's io thread.
class GuestHost {
public:
    virtual ~GuestHost() = default;

    // Bytes that the guest wrote. False: the stream is closed to it from now on.
    virtual bool output(GuestStream stream, std::string_view bytes) = 0;

    // The guest is about to wait for a timer. An error: it may not; unless it has something else to do, it is stopped
    // with that error.
    virtual Result<> before_timer(GuestTask& task) {
        (void)task;
        return {};
    }

    // Whether others wait for what the guest holds: then it is not put behind them when it has used its quantum.
    virtual bool is_waited_for() const { return false; }

    // Sends a request of the guest to wherever it is allowed to go. `patience`: how long the guest wants to wait for
    // the response head; zero where it did not say.
    virtual async::Task<Result<model::Response>> send(model::Request request, std::chrono::nanoseconds patience) = 0;
};

}  // namespace skep::wasm
