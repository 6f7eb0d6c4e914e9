#pragma once
// GuestRun: everything that one run of a guest owns, from its slot to the last byte of its response.

#include <memory>

#include "host/guest_services.hpp"
#include "model/message.hpp"
#include "observability/histogram.hpp"
#include "runtime/arriving_body.hpp"
#include "runtime/quantum_use.hpp"
#include "runtime/slot_queue.hpp"
#include "store/handler_transaction.hpp"
#include "wasm/guest_task.hpp"

namespace skep::runtime {

// Destroyed from the bottom up: the guest first, then what it stands on, then its slot is free.
struct GuestRun {
    GuestRun(std::shared_ptr<const host::ServiceEnvironment> environment, host::HostPorts& ports,
             std::shared_ptr<host::LogBudget> budget, std::shared_ptr<QuantumUse> quantum_use,
             const model::CallContext& context)
        : quanta(std::move(quantum_use)), services(std::move(environment), ports, std::move(budget), context) {}
    GuestRun(const GuestRun&) = delete;
    GuestRun& operator=(const GuestRun&) = delete;
    ~GuestRun() { free_instance(); }

    // The guest has ended: its instance and its slot are for the next one. The rest stays.
    void free_instance();

    // Starts the guest, behind others' work where the service's guests usually compute for long.
    void start() { task->start(quanta->is_usual() ? wasm::GuestTask::Start::behind : wasm::GuestTask::Start::now); }

    std::shared_ptr<QuantumUse> quanta;
    Counter* cpu_ns = nullptr;  // takes the guest's running time in the end; may be null
    Slot slot;
    host::GuestServices services;
    std::uint64_t request_body_limit = 0;  // bytes
    bool request_body_exceeded = false;    // whatever the guest made of it, its reply does not end well
    bool is_head = false;                  // the response ends with its head
    // With a store only.
    std::unique_ptr<ArrivingBody> arrival;
    std::unique_ptr<store::HandlerTransaction> transaction;
    std::unique_ptr<wasm::GuestTask> task;
};

// Logs why the guest of `run` failed, with its backtrace.
void log_failure(GuestRun& run, const Error& failure);

// Until the guest waits for something that has not come yet, or a few turns have passed.
async::Task<void> until_settled(wasm::GuestTask& task);

// Whether the body, complete by now, is as long as the guest's own content-length says, if there is one.
bool has_promised_length(const model::Response& response, bool is_head);

// What is wrong with a response whose body ended early while its guest did not fail.
Error broken_off();

// What is wrong with a run whose request was larger than its service allows.
Error body_too_large(const GuestRun& run);

// Where runs go that are over. They are freed at once: the next guest then finds its instance's memory in the
// processor's caches. A guest that has sent its response but not returned yet is let run on for a while.
class RunRetirement {
public:
    explicit RunRetirement(async::Loop& loop) : loop_(loop), lingering_(loop) {}

    // `allow_to_finish`: the response ended well, so that the guest may end too.
    void retire(std::unique_ptr<GuestRun> run, bool allow_to_finish);

    // How many guests still run after their response.
    std::size_t lingering() const { return lingering_.size(); }

private:
    async::Task<void> linger(std::unique_ptr<GuestRun> run);

    async::Loop& loop_;
    async::TaskGroup lingering_;
};

// The response body of a running guest, which logs its failure. It fails where the guest
// sends nothing for `idle` while its reader waits. Destroyed before its end, it stops the guest.
std::unique_ptr<model::BodySource> make_guest_body(std::unique_ptr<GuestRun> run, RunRetirement& retirement,
                                                   std::chrono::milliseconds idle);

}  // namespace skep::runtime
