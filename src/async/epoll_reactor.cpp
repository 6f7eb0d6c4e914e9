#include "async/epoll_reactor.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "base/check.hpp"

namespace skep::async {
namespace {

// The timeout of epoll_wait in milliseconds, rounded up so that a timer is due when the wait ends.
int milliseconds_of(std::optional<Duration> timeout) {
    if (!timeout)
        return -1;
    const auto rounded = std::chrono::ceil<std::chrono::milliseconds>(*timeout).count();
    return static_cast<int>(std::clamp<std::int64_t>(rounded, 0, 3'600'000));
}

}  // namespace

EpollReactor::EpollReactor() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    CHECK(epoll_ && wake_);
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.ptr = nullptr}};
    CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) == 0);
}

void EpollReactor::add(int fd, IoWatcher& watcher) {
    epoll_event event{.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET, .data = {.ptr = &watcher}};
    CHECK(epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, fd, &event) == 0);
}

void EpollReactor::remove(int fd) {
    epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, fd, nullptr);
}

void EpollReactor::poll(std::optional<Duration> timeout) {
    std::array<epoll_event, 256> events;
    const int count =
        epoll_wait(epoll_.get(), events.data(), static_cast<int>(events.size()), milliseconds_of(timeout));
    CHECK(count >= 0 || errno == EINTR);
    for (int i = 0; i < count; ++i) {
        const std::uint32_t bits = events[static_cast<std::size_t>(i)].events;
        auto* watcher = static_cast<IoWatcher*>(events[static_cast<std::size_t>(i)].data.ptr);
        if (watcher == nullptr)
            continue;  // `wake`
        const bool broken = (bits & (EPOLLHUP | EPOLLERR)) != 0;
        watcher->on_io({.readable = broken || (bits & (EPOLLIN | EPOLLRDHUP)) != 0,
                        .writable = broken || (bits & EPOLLOUT) != 0,
                        .hangup = broken || (bits & EPOLLRDHUP) != 0,
                        .broken = broken});
    }
}

void EpollReactor::wake() {
    const std::uint64_t one = 1;
    const ssize_t written = ::write(wake_.get(), &one, sizeof(one));
    CHECK(written == sizeof(one) || errno == EAGAIN);
}

}  // namespace skep::async
