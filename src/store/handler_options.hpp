#pragma once
// HandlerOptions: how one handler uses its store, by its route and its request.

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "async/task.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "model/application.hpp"
#include "store/start_line.hpp"

namespace skep::store {

// The body of the handler's request, which is read to its end before the handler may hold up others.
class RequestArrival {
public:
    virtual ~RequestArrival() = default;
    virtual bool is_whole() const = 0;
    // Whether all of it is still there, for a second run.
    virtual bool is_kept() const = 0;
    virtual async::Task<Result<>> until_whole() = 0;
};

struct HandlerOptions {
    model::TransactionMode mode = model::TransactionMode::turn;
    bool batch_alone = false;                            // its flush is shared with nobody
    bool stream = false;                                 // its reply leaves at once
    bool is_second_run = false;                          // takes the turn from the start
    std::chrono::milliseconds transaction_timeout{100};  // holding the turn
    std::chrono::milliseconds key_retention{24 * 3'600'000};
    TimePoint deadline;
    std::string route;                  // names handlers of one kind: one that spoils a batch is kept alone for a while
    RequestArrival* arrival = nullptr;  // outlives the transaction; null: the request is whole and kept
    std::shared_ptr<StartLine> line;    // of the handler's loop; null: it starts at once
};

}  // namespace skep::store
