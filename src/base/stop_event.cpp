#include "base/stop_event.hpp"

#include <poll.h>
#include <sys/eventfd.h>

#include "base/check.hpp"

namespace skep {

StopEvent::StopEvent() : event_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    CHECK(event_);
}

void StopEvent::set() {
    CHECK(::eventfd_write(event_.get(), 1) == 0);
}

bool StopEvent::is_set() const {
    pollfd looked_at{.fd = event_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&looked_at, 1, 0) > 0;
}

}  // namespace skep
