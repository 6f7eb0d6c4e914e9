#include "async/ticker.hpp"

#include <future>

#include <gtest/gtest.h>

namespace skep::async {
namespace {

using namespace std::chrono_literals;

TEST(Ticker, ticks_once_it_is_needed) {
    std::promise<void> ticked;
    std::atomic<bool> told = false;
    Ticker ticker({.period = 200us, .hurried = 200us, .linger = 10ms}, [&] {
        if (!told.exchange(true))
            ticked.set_value();
    });

    ticker.keep_alive();

    ticked.get_future().wait();
}

TEST(Ticker, ends_while_asleep) {
    Ticker ticker({.period = 1ms, .hurried = 1ms, .linger = 10ms}, [] {});
}

TEST(Ticker, wakes_again_after_it_fell_asleep) {
    std::atomic<int> ticks = 0;
    Ticker ticker({.period = 100us, .hurried = 100us, .linger = 0ms}, [&] { ++ticks; });

    while (ticks.load() < 3)
        ticker.keep_alive();

    EXPECT_GE(ticks.load(), 3);
}

TEST(Ticker, ticks_more_often_once_it_is_told_to_hurry) {
    std::promise<void> ticked;
    std::atomic<int> ticks = 0;
    Ticker ticker({.period = 1h, .hurried = 100us, .linger = 1h}, [&] {
        if (++ticks == 3)
            ticked.set_value();
    });

    ticker.hurry();
    ticker.keep_alive();

    ticked.get_future().wait();
}

}  // namespace
}  // namespace skep::async
