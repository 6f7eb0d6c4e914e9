#include "async/ticker.hpp"

#include <future>

#include <gtest/gtest.h>

namespace skep::async {
namespace {

using namespace std::chrono_literals;

TEST(Ticker, ticks_once_it_is_needed) {
    std::promise<void> ticked;
    std::atomic<bool> told = false;
    Ticker ticker(200us, 10ms, [&] {
        if (!told.exchange(true))
            ticked.set_value();
    });

    ticker.keep_alive();

    ticked.get_future().wait();
}

TEST(Ticker, ends_while_asleep) {
    Ticker ticker(1ms, 10ms, [] {});
}

TEST(Ticker, wakes_again_after_it_fell_asleep) {
    std::atomic<int> ticks = 0;
    Ticker ticker(100us, 0ms, [&] { ++ticks; });

    while (ticks.load() < 3)
        ticker.keep_alive();

    EXPECT_GE(ticks.load(), 3);
}

}  // namespace
}  // namespace skep::async
