#include "async/testing/test_loop.hpp"

#include <algorithm>

namespace skep::async {

void TestLoop::run_ready() {
    while (loop_.turn()) {
    }
}

bool TestLoop::skip_to_next_timer() {
    const auto wake = loop_.next_wake();
    if (!wake)
        return false;
    clock_.advance(std::max(*wake - clock_.now(), Duration(0)));
    return true;
}

void TestLoop::advance(Duration duration) {
    const TimePoint end = clock_.now() + duration;
    run_ready();
    while (true) {
        const auto wake = loop_.next_wake();
        if (!wake || *wake > end)
            break;
        clock_.advance(std::max(*wake - clock_.now(), Duration(0)));
        run_ready();
    }
    clock_.advance(end - clock_.now());
    run_ready();
}

}  // namespace skep::async
