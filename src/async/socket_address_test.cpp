#include "async/socket_address.hpp"

#include <gtest/gtest.h>

namespace skep::async {
namespace {

SocketAddress ip(std::string_view text) {
    return SocketAddress::parse_ip(text, 80).value();
}

TEST(SocketAddress, parses_and_prints_both_families) {
    EXPECT_EQ(SocketAddress::parse("127.0.0.1:8080").value().to_string(), "127.0.0.1:8080");
    EXPECT_EQ(SocketAddress::parse("[::1]:80").value().to_string(), "[::1]:80");
    EXPECT_EQ(SocketAddress::parse(":9000").value().to_string(), "0.0.0.0:9000");
}

TEST(SocketAddress, refuses_what_is_no_address) {
    EXPECT_FALSE(SocketAddress::parse("localhost"));
    EXPECT_FALSE(SocketAddress::parse("127.0.0.1:99999"));
    EXPECT_FALSE(SocketAddress::parse("::1:80"));
    EXPECT_FALSE(SocketAddress::parse("127.1:80"));
}

class SpecialAddress : public testing::TestWithParam<const char*> {};
TEST_P(SpecialAddress, is_closed_to_guests) {
    EXPECT_TRUE(ip(GetParam()).is_special());
}
INSTANTIATE_TEST_SUITE_P(, SpecialAddress,
                         testing::Values("127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.31.0.1",
                                         "192.168.1.1", "169.254.169.254", "100.64.0.1", "224.0.0.1", "255.255.255.255",
                                         "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
                                         "::127.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "2001::1"));

class PublicAddress : public testing::TestWithParam<const char*> {};
TEST_P(PublicAddress, is_open) {
    EXPECT_FALSE(ip(GetParam()).is_special());
}
INSTANTIATE_TEST_SUITE_P(, PublicAddress,
                         testing::Values("1.1.1.1", "172.32.0.1", "8.8.8.8", "2606:4700::1111", "::ffff:1.1.1.1",
                                         "2002:101:101::"));

}  // namespace
}  // namespace skep::async
