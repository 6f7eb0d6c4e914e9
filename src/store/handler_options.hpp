#pragma once
// HandlerOptions: how one handler uses its store, by its route and its request.

#include <chrono>
#include <cstdint>
#include <string>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace skep::store {

enum class TransactionMode : std::uint8_t {
    snapshot,  // reads what was committed at its first statement; a write takes the turn if nothing changed since
    turn,      // takes the turn at its first statement
};

// The body of the handler's request, which is read to its end before the handler may hold up others.
class RequestArrival {
public:
    virtual ~RequestArrival() = default;
    virtual bool is_whole() const = 0;
    virtual async::Task<Result<>> until_whole() = 0;
};

struct HandlerOptions {
    TransactionMode mode = TransactionMode::turn;
    bool batch_alone = false;                            // its flush is shared with nobody
    bool stream = false;                                 // its reply leaves at once
    bool may_run_again = false;                          // its request is kept, so that a second run is possible
    bool is_second_run = false;                          // takes the turn from the start
    std::chrono::milliseconds transaction_timeout{100};  // holding the turn
    std::chrono::seconds key_retention{24 * 3600};
    TimePoint deadline;
    std::string route;                  // names handlers of one kind: one that spoils a batch is kept alone for a while
    RequestArrival* arrival = nullptr;  // outlives the transaction; null: the request is whole
};

}  // namespace skep::store
