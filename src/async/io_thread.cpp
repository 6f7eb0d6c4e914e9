#include "async/io_thread.hpp"

#include <algorithm>
#include <future>
#include <pthread.h>

#include "async/tcp.hpp"

namespace skep::async {

IoThread::IoThread(const Clock& clock) : loop_(clock), network_(make_tcp_network(loop_, reactor_)) {
    loop_.on_remote([this] { reactor_.wake(); });
}

IoThread::~IoThread() {
    stop();
    join();
}

void IoThread::start(const std::string& name) {
    thread_.emplace([this] { run(); });
    pthread_setname_np(thread_->native_handle(), name.c_str());
}

void IoThread::run() {
    loop_.adopt_thread();
    while (!stopping_.load(std::memory_order_acquire)) {
        const bool more = loop_.turn();
        if (more) {
            reactor_.poll(Duration(0));
            continue;
        }
        std::optional<Duration> timeout;
        if (const auto wake = loop_.next_wake())
            timeout = std::max(*wake - loop_.clock().now(), Duration(0));
        reactor_.poll(timeout);
    }
}

void IoThread::stop() {
    stopping_.store(true, std::memory_order_release);
    reactor_.wake();
}

void IoThread::join() {
    if (thread_ && thread_->joinable())
        thread_->join();
}

void IoThread::run_there(const std::function<void()>& work) {
    std::promise<void> done;
    loop_.post_remote([&] {
        work();
        done.set_value();
    });
    done.get_future().wait();
}

}  // namespace skep::async
