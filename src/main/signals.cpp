#include "main/signals.hpp"

#include <pthread.h>

namespace skep {

Signals::Signals() {
    sigemptyset(&waited_for_);
    sigaddset(&waited_for_, SIGINT);
    sigaddset(&waited_for_, SIGTERM);
    sigaddset(&waited_for_, SIGHUP);
    pthread_sigmask(SIG_BLOCK, &waited_for_, &before_);
}

Signals::~Signals() {
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

int Signals::wait() {
    int received = 0;
    while (sigwait(&waited_for_, &received) != 0) {
    }
    return received;
}

void Signals::end_by_the_next() {
    std::signal(SIGHUP, SIG_IGN);
    std::signal(SIGINT, SIG_DFL);  // a shell without job control starts what is in the background with SIGINT ignored
    std::signal(SIGTERM, SIG_DFL);
    pthread_sigmask(SIG_UNBLOCK, &waited_for_, nullptr);
}

std::optional<int> Signals::wait_for(std::chrono::milliseconds patience) {
    const timespec time{.tv_sec = patience.count() / 1000, .tv_nsec = (patience.count() % 1000) * 1'000'000};
    const int received = sigtimedwait(&waited_for_, nullptr, &time);
    return received > 0 ? std::optional(received) : std::nullopt;
}

}  // namespace skep
