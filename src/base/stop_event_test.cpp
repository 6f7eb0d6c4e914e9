#include "base/stop_event.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(StopEvent, is_set_once_and_stays_set) {
    StopEvent stop;
    ASSERT_FALSE(stop.is_set());

    stop.set();

    EXPECT_TRUE(stop.is_set());
    EXPECT_TRUE(stop.is_set());
}

}  // namespace
}  // namespace skep
