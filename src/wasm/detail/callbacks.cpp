#include "wasm/detail/callbacks.hpp"

#include "async/timer_wheel.hpp"
#include "base/random.hpp"
#include "wasm/detail/bridge.hpp"
#include "wasm/detail/outgoing_exchange.hpp"
#include "wasm/guest_task.hpp"

namespace skep::wasm {
namespace {

GuestTask& task_of(void* user) {
    return *static_cast<GuestTask*>(user);
}

// A timer that a guest waits for; owned by the library until it fires or is cancelled.
class GuestTimer final : public async::Timer {
public:
    explicit GuestTimer(skep_timer* timer) : timer_(timer) {}

private:
    void expired() override {
        skep_timer_fire(timer_);
        delete this;
    }
    skep_timer* timer_;
};

void* start_timer(void* user, std::uint64_t deadline_ns, skep_timer* timer) noexcept {
    if (!task_of(user).may_start_timer())
        return nullptr;
    auto* armed = new GuestTimer(timer);
    constexpr std::uint64_t kFarthest = 1ULL << 62;
    const auto deadline = std::chrono::nanoseconds(std::min(deadline_ns, kFarthest));
    task_of(user).loop().arm(*armed, TimePoint(deadline));
    return armed;
}

void cancel_timer(void* user, void* handle) noexcept {
    if (handle == nullptr)
        task_of(user).on_refused_timer_gone();
    delete static_cast<GuestTimer*>(handle);
}

void on_call(void* user, void* function, const skep_arg* args, std::size_t count, skep_call* call) noexcept {
    (*static_cast<HostFunction*>(function))(task_of(user), HostArgs(args, count), HostCall(call));
}

std::uint64_t monotonic_now(void* context) noexcept {
    const TimePoint now = static_cast<EngineContext*>(context)->clock.now();
    return static_cast<std::uint64_t>(now.time_since_epoch() / std::chrono::nanoseconds(1));
}

void wall_now(void* context, std::uint64_t* seconds, std::uint32_t* nanoseconds) noexcept {
    const auto since = static_cast<EngineContext*>(context)->clock.wall_now().time_since_epoch();
    const auto whole = std::chrono::floor<std::chrono::seconds>(since);
    *seconds = static_cast<std::uint64_t>(whole.count());
    *nanoseconds = static_cast<std::uint32_t>(std::chrono::nanoseconds(since - whole).count());
}

void fill_random(void*, std::uint8_t* data, std::size_t size) noexcept {
    thread_local const std::unique_ptr<Random> random = make_system_random();
    random->fill_secure({data, size});
}

}  // namespace

skep_callbacks callbacks_of(EngineContext& context) {
    return {
        .context = &context,
        .on_head = [](void* user, const skep_response_head* head) { task_of(user).on_head(*head); },
        .on_output = [](void* user, std::uint32_t stream,
                        skep_bytes bytes) { return task_of(user).on_output(stream, to_view(bytes)); },
        .on_request_window = [](void* user, std::size_t count) { task_of(user).on_request_window(count); },
        .on_call = on_call,
        // The host function still holds the call and completes it, into the void.
        .on_call_cancel = [](void*, void*, skep_call*) {},
        .on_resource_drop = [](void*, void*, std::uint32_t) {},
        .on_outgoing = [](void* user, const skep_outgoing_head* head,
                          skep_outgoing* outgoing) { task_of(user).on_outgoing(*head, outgoing); },
        .on_outgoing_window = [](void*, skep_outgoing* outgoing,
                                 std::size_t count) { exchange_of(outgoing).on_window(count); },
        .on_outgoing_cancel = [](void*, skep_outgoing* outgoing) { exchange_of(outgoing).on_cancel(); },
        .timer_start = start_timer,
        .timer_cancel = cancel_timer,
        .monotonic_now = monotonic_now,
        .wall_now = wall_now,
        .random_fill = fill_random,
    };
}

}  // namespace skep::wasm
