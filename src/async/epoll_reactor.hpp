#pragma once
// EpollReactor: tells the sockets of one loop what the kernel has for them.

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace skep::async {

// Told about one descriptor. Only notes what happened; it must not destroy anything.
class IoWatcher {
public:
    virtual ~IoWatcher() = default;

    struct Events {
        bool readable;
        bool writable;
        bool hangup;  // the peer closed its direction, or the connection broke
        bool broken;  // the latter
    };
    virtual void on_io(Events events) = 0;
};

// Edge-triggered, both directions registered once: no system call but epoll_wait after that.
class EpollReactor {
public:
    EpollReactor();

    // `watcher` outlives its registration, which ends when `fd` is closed or removed.
    void add(int fd, IoWatcher& watcher);
    void remove(int fd);

    // Waits until something happens, `wake` is called, or `timeout` has passed (empty: no limit).
    void poll(std::optional<Duration> timeout);

    // Ends the current or next `poll`. Any thread.
    void wake();

private:
    UniqueFd epoll_;
    UniqueFd wake_;
};

}  // namespace skep::async
