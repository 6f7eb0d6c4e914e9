#pragma once
// How a host function runs an operation of the store: at once where it needs not wait.

#include <coroutine>
#include <utility>

#include "async/task.hpp"
#include "host/detail/interface.hpp"

namespace skep::host {

// Awaits a task that was started already, for its end.
template <typename T>
class Started {
public:
    explicit Started(async::Task<T>& task) : task_(task) {}
    bool await_ready() const { return task_.is_done(); }
    void await_suspend(std::coroutine_handle<> awaiting) { (void)task_.await_suspend(awaiting); }
    T await_resume() { return task_.await_resume(); }

private:
    async::Task<T>& task_;
};

template <typename T>
async::Task<void> answer_at_end(async::Task<T> operation, HostCall call, void (*answer)(HostCall, T)) {
    Started<T> started(operation);
    T result = co_await started;
    answer(std::move(call), std::move(result));
}

// Answers `call` with what `operation` gives. What ends without waiting costs no coroutine but its own; the rest goes
// on as one of the guest's calls.
template <typename T>
void run(wasm::GuestTask& task, HostCall call, async::Task<T> operation, void (*answer)(HostCall, T)) {
    operation.await_suspend(std::noop_coroutine()).resume();
    if (operation.is_done())
        return answer(std::move(call), operation.await_resume());
    task.calls().spawn(answer_at_end(std::move(operation), std::move(call), answer));
}

// For operations that give nothing.
inline void answer_done(HostCall call, Result<> result) {
    answer(std::move(call), result);
}

}  // namespace skep::host
