#pragma once
// IoThread: a thread that drives one loop with the kernel's events until it is stopped.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "async/byte_stream.hpp"
#include "async/epoll_reactor.hpp"
#include "async/loop.hpp"

namespace skep::async {

class IoThread {
public:
    explicit IoThread(const Clock& clock);
    IoThread(const IoThread&) = delete;
    IoThread& operator=(const IoThread&) = delete;
    ~IoThread();  // stops and joins

    Loop& loop() { return loop_; }
    Network& network() { return *network_; }
    EpollReactor& reactor() { return reactor_; }

    // Starts a thread called `name` (at most 15 characters) that runs the loop.
    void start(const std::string& name);

    // Runs the loop on the calling thread until `stop`.
    void run();

    // Ends the run after the current turn. Any thread.
    void stop();

    void join();

    // Runs `work` on the loop's thread and waits until it has ended. Not from that thread.
    void run_there(const std::function<void()>& work);

private:
    Loop loop_;
    EpollReactor reactor_;
    std::unique_ptr<Network> network_;
    std::atomic<bool> stopping_ = false;
    std::optional<std::thread> thread_;
};

}  // namespace skep::async
