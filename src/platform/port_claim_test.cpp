#include "platform/port_claim.hpp"

#include <gtest/gtest.h>

#include "async/testing/fake_network.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::platform {
namespace {

async::SocketAddress address(std::uint16_t port) {
    return async::SocketAddress::parse("127.0.0.1:" + std::to_string(port)).value();
}

// Two Skeps that the system gives the same free ports, for neither listens yet.
TEST(PortClaims, take_the_next_free_port_where_another_skep_has_the_first) {
    async::TestLoop loop;
    async::FakeNetwork first_network(loop);
    async::FakeNetwork second_network(loop);
    const auto first = PortClaim::claim(first_network, address(0));
    ASSERT_TRUE(first);

    const auto second = PortClaim::claim(second_network, address(0));

    ASSERT_TRUE(second);
    EXPECT_GT(second->address().port(), first->address().port());
}

TEST(PortClaims, refuse_a_port_that_was_asked_for) {
    async::TestLoop loop;
    async::FakeNetwork network(loop);
    const auto first = PortClaim::claim(network, address(0));
    ASSERT_TRUE(first);

    EXPECT_EQ(PortClaim::claim(network, first->address()).error().name(), "port_in_use");
}

}  // namespace
}  // namespace skep::platform
