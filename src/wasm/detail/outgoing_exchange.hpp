#pragma once
// One HTTP request that a guest sends, from its head to the last byte of the response.

#include <chrono>

#include <skep_engine.h>

#include "async/cancel.hpp"
#include "async/signal.hpp"
#include "async/task.hpp"
#include "model/message.hpp"

namespace skep::wasm {

class GuestTask;

// What the library's callbacks reach of a running exchange. Shared by the exchange's coroutine and its start.
class OutgoingExchange {
public:
    explicit OutgoingExchange(async::Loop& loop) : cancel_(loop), window_(loop) {}

    void on_window(std::size_t count);
    void on_cancel() { cancel_.cancel(); }

    async::CancelSource& cancel() { return cancel_; }

    // Waits until the guest has taken enough of what was pushed.
    async::Task<void> make_room(std::size_t pushed);

private:
    async::CancelSource cancel_;
    async::Signal window_;
    std::size_t under_way_ = 0;
};

OutgoingExchange& exchange_of(skep_outgoing* outgoing);

// The guest's request without its body.
model::Request request_of(const skep_outgoing_head& head);

// How long the guest wants to wait for the response head; zero: it did not say.
std::chrono::nanoseconds patience_of(const skep_outgoing_head& head);

// Sends `request` with the body of `outgoing` through the guest's host, and hands the response back. Frees `outgoing`,
// also when it is destroyed before it has run.
async::Task<void> run_exchange(GuestTask& task, model::Request request, std::chrono::nanoseconds patience,
                               skep_outgoing* outgoing);

}  // namespace skep::wasm
