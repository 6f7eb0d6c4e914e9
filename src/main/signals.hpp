#pragma once
// Signals taken by waiting for them, in one thread.

#include <chrono>
#include <csignal>
#include <optional>

namespace skep {

// Blocks SIGINT, SIGTERM and SIGHUP in this thread and those it starts later, until it is destroyed.
class Signals {
public:
    Signals();
    Signals(const Signals&) = delete;
    Signals& operator=(const Signals&) = delete;
    ~Signals();

    // The next signal.
    int wait();

    // From here on another SIGINT or SIGTERM ends the process as if nobody had waited for it; SIGHUP is ignored.
    void end_by_the_next();

    // The next signal within `patience`.
    std::optional<int> wait_for(std::chrono::milliseconds patience);

private:
    sigset_t waited_for_;
    sigset_t before_;
};

}  // namespace skep
