#include "base/bytes.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

TEST(Bytes, releases_adopted_memory_once) {
    int released = 0;
    {
        Bytes first = Bytes::adopt(reinterpret_cast<const std::uint8_t*>("abc"), 3, &released,
                                   [](void* count) { ++*static_cast<int*>(count); });
        Bytes second = std::move(first);

        EXPECT_EQ(second.view(), "abc");
    }
    EXPECT_EQ(released, 1);
}

TEST(Bytes, narrows_its_view_without_a_copy) {
    Bytes bytes = Bytes::copy_of("hello, world");
    const auto* start = bytes.data();

    bytes.remove_prefix(7);
    bytes.truncate(3);

    EXPECT_EQ(bytes.view(), "wor");
    EXPECT_EQ(bytes.data(), start + 7);
}

TEST(Bytes, detached_memory_is_the_callers) {
    int released = 0;
    Bytes bytes = Bytes::adopt(nullptr, 0, &released, [](void* count) { ++*static_cast<int*>(count); });

    const Bytes::Parts parts = std::move(bytes).detach();
    parts.release(parts.owner);

    EXPECT_EQ(released, 1);
}

}  // namespace
}  // namespace skep
