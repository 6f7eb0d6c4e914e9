#pragma once
// GuestTask: one run of a guest, polled by its loop.

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "async/loop.hpp"
#include "async/signal.hpp"
#include "async/task_group.hpp"
#include "base/result.hpp"
#include "model/message.hpp"
#include "wasm/app.hpp"
#include "wasm/detail/waker.hpp"
#include "wasm/guest_host.hpp"

struct skep_outgoing;
struct skep_outgoing_head;
struct skep_response_head;
struct skep_task;

namespace skep::wasm {

// Belongs to one io thread. Destroying it stops the guest where it stands and drops its instance; a guest that has
// ended well gives its instance back to the pool. Destroy it after the response was written: that costs microseconds.
class GuestTask final : private async::Runnable, private WakeTarget {
public:
    struct Options {
        std::chrono::nanoseconds cpu_limit{0};   // running time; 0: none
        std::chrono::nanoseconds wall_limit{0};  // while it runs; 0: none. One that waits is stopped from outside
        bool nested = false;                     // may take a reserved slot
    };
    using Variables = std::vector<std::pair<std::string, std::string>>;

    // Each makes a task that has not run yet. They fail with `no_free_instance`. `host` outlives the task.
    // A body is taken only on success, and fed as the guest takes it.
    //
    // A request to a component.
    static Result<std::unique_ptr<GuestTask>> http(Pool& pool, async::Loop& loop, GuestHost& host,
                                                   model::Request& request, const Options& options);
    // A preview 1 command with `variables` in its environment and `input` on standard input.
    static Result<std::unique_ptr<GuestTask>> cgi(const App& app, async::Loop& loop, GuestHost& host,
                                                  const Variables& variables, model::Body& input,
                                                  const Options& options);
    // A command with the app's arguments and environment.
    static Result<std::unique_ptr<GuestTask>> run(const App& app, async::Loop& loop, GuestHost& host,
                                                  model::Body& input, const Options& options);
    ~GuestTask() override;

    // Runs the guest until it first waits, ends, or has used its quantum: now, or as soon as others' work leaves it
    // room (async::Loop::post_behind). Called once.
    enum class Start : std::uint8_t { now, behind };
    void start(Start when = Start::now);

    // Whether it had to be put behind others' work at least once.
    bool has_used_quantum() const { return has_used_quantum_; }

    // From now on only its CPU time is limited: a response that has begun may stream for long.
    void lift_wall_limit();

    bool is_ended() const { return ended_; }

    // Something that it waited for has come: the loop lets it run again within this turn or the next.
    bool is_about_to_run() const { return posted_ && !ended_; }
    // Why it failed; nullptr while it runs and when it ended well.
    const Error* failure() const { return failure_ ? &*failure_ : nullptr; }
    int exit_code() const;
    std::chrono::nanoseconds cpu_time() const;

    // The response's head (its body empty), once the guest has set it. Taken once.
    std::optional<model::Response> take_head() { return std::exchange(head_, std::nullopt); }
    bool has_head() const { return head_.has_value(); }

    // The next frame of the response, after the head was set.
    model::BodyStatus next_frame(Bytes& frame);
    // After the last frame; nullptr where there are none.
    const model::Headers* trailers();
    // Nobody reads on.
    void close_response();

    // Set when any of the above may have changed. One waiter.
    async::Signal& changed() { return changed_; }

    // For host functions: work that ends with the guest at the latest.
    async::TaskGroup& calls();
    GuestHost& host() { return host_; }
    async::Loop& loop() { return loop_; }

    // The library's callbacks.
    void on_head(const skep_response_head& head);
    std::uint32_t on_output(std::uint32_t stream, std::string_view bytes);
    void on_request_window(std::size_t count);
    void on_outgoing(const skep_outgoing_head& head, skep_outgoing* outgoing);
    bool may_start_timer();
    void on_refused_timer_gone() { --refused_timers_; }

private:
    GuestTask(Engine& engine, async::Loop& loop, GuestHost& host);

    Result<> adopt(skep_task* raw, struct skep_error* failure);
    void run() override { poll(); }
    void woken() override;
    void post();
    void go_on_later();
    void poll();
    void stop(const Error& error);
    void feed(model::Body body);
    async::Task<void> feed_stream(model::Body body);
    async::Task<Result<>> forward_stream(model::Body& body);

    Engine& engine_;
    async::Loop& loop_;
    GuestHost& host_;
    Waker* waker_;
    skep_task* raw_ = nullptr;
    bool polling_ = false;
    bool woken_while_polling_ = false;
    bool posted_ = false;
    bool has_used_quantum_ = false;
    bool ended_ = false;
    std::optional<Error> failure_;
    std::uint32_t refused_timers_ = 0;  // that the guest waits for all the same
    std::optional<Error> refusal_;      // of the last one
    std::optional<model::Response> head_;
    std::optional<model::Headers> trailers_;
    async::Signal changed_;
    std::size_t under_way_ = 0;  // bytes of the request that the guest has not taken
    async::Signal window_;
    std::optional<async::TaskGroup> calls_;
};

}  // namespace skep::wasm
