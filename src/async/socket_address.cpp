#include "async/socket_address.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>

namespace skep::async {
namespace {

struct V4Range {
    std::uint32_t network;
    int bits;
};

// IANA IPv4 Special-Purpose Address Registry, with multicast and class E.
constexpr std::array kSpecialV4{
    V4Range{0x00000000, 8},  V4Range{0x0A000000, 8},  V4Range{0x64400000, 10}, V4Range{0x7F000000, 8},
    V4Range{0xA9FE0000, 16}, V4Range{0xAC100000, 12}, V4Range{0xC0000000, 24}, V4Range{0xC0000200, 24},
    V4Range{0xC0586300, 24}, V4Range{0xC0A80000, 16}, V4Range{0xC6120000, 15}, V4Range{0xC6336400, 24},
    V4Range{0xCB007100, 24}, V4Range{0xE0000000, 4},  V4Range{0xF0000000, 4},
};

bool contains(V4Range range, std::uint32_t address) {
    return (address >> (32 - range.bits)) == (range.network >> (32 - range.bits));
}

bool is_special_v4(std::uint32_t address) {
    return std::ranges::any_of(kSpecialV4, [&](V4Range range) { return contains(range, address); });
}

std::uint32_t v4_at(const std::uint8_t* bytes) {
    std::uint32_t address = 0;
    std::memcpy(&address, bytes, 4);
    return ntohl(address);
}

// The IPv4 address inside a mapped (::ffff:0:0/96), compatible (::/96), NAT64 (64:ff9b::/96) or 6to4
// (2002::/16) address.
std::optional<std::uint32_t> embedded_v4(const std::uint8_t* bytes) {
    constexpr std::array<std::uint8_t, 12> kMapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    constexpr std::array<std::uint8_t, 12> kCompatible{};
    constexpr std::array<std::uint8_t, 12> kNat64{0, 0x64, 0xFF, 0x9B};
    for (const auto& prefix : {kMapped, kCompatible, kNat64}) {
        if (std::memcmp(bytes, prefix.data(), prefix.size()) == 0)
            return v4_at(bytes + 12);
    }
    if (bytes[0] == 0x20 && bytes[1] == 0x02)
        return v4_at(bytes + 2);
    return std::nullopt;
}

// Everything outside of global unicast (2000::/3), and in it Teredo, documentation and the other 2001::/23.
bool is_special_v6(const std::uint8_t* bytes) {
    if (const auto inside = embedded_v4(bytes))
        return is_special_v4(*inside);
    if ((bytes[0] & 0xE0) != 0x20)
        return true;
    const bool is_2001 = bytes[0] == 0x20 && bytes[1] == 0x01;
    const bool is_documentation = bytes[2] == 0x0D && bytes[3] == 0xB8;
    return is_2001 && (bytes[2] < 2 || is_documentation);
}

Result<std::uint16_t> parse_port(std::string_view text) {
    std::uint16_t port = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), port);
    if (fault != std::errc() || end != text.data() + text.size() || text.empty())
        return fail("invalid_argument", "'{}' is no port number", text);
    return port;
}

const sockaddr_in& as_v4(const sockaddr_storage& storage) {
    return reinterpret_cast<const sockaddr_in&>(storage);
}
const sockaddr_in6& as_v6(const sockaddr_storage& storage) {
    return reinterpret_cast<const sockaddr_in6&>(storage);
}

}  // namespace

SocketAddress::SocketAddress() {
    storage_.ss_family = AF_INET;
}

SocketAddress::SocketAddress(const sockaddr* address, socklen_t size) {
    std::memcpy(&storage_, address, std::min<std::size_t>(size, sizeof(storage_)));
}

Result<SocketAddress> SocketAddress::parse(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos)
        return fail("invalid_argument", "'{}' is no address: write IP:PORT, for example 127.0.0.1:8080", text);
    const std::string_view ip = text.substr(0, colon);
    if (ip.find(':') != std::string_view::npos && !ip.starts_with('['))
        return fail("invalid_argument", "'{}' is no address: write an IPv6 address in brackets", text);
    TRY(const std::uint16_t port, parse_port(text.substr(colon + 1)));
    return parse_ip(ip.empty() ? "0.0.0.0" : ip, port);
}

Result<SocketAddress> SocketAddress::parse_ip(std::string_view text, std::uint16_t port) {
    std::string ip(text);
    if (ip.starts_with('[') && ip.ends_with(']'))
        ip = ip.substr(1, ip.size() - 2);
    sockaddr_in v4{.sin_family = AF_INET, .sin_port = htons(port)};
    if (inet_pton(AF_INET, ip.c_str(), &v4.sin_addr) == 1)
        return SocketAddress(reinterpret_cast<sockaddr*>(&v4), sizeof(v4));
    sockaddr_in6 v6{.sin6_family = AF_INET6, .sin6_port = htons(port)};
    if (inet_pton(AF_INET6, ip.c_str(), &v6.sin6_addr) == 1)
        return SocketAddress(reinterpret_cast<sockaddr*>(&v6), sizeof(v6));
    return fail("invalid_argument", "'{}' is no IP address", text);
}

std::uint16_t SocketAddress::port() const {
    return ntohs(is_v6() ? as_v6(storage_).sin6_port : as_v4(storage_).sin_port);
}

SocketAddress SocketAddress::with_port(std::uint16_t port) const {
    SocketAddress changed = *this;
    if (is_v6())
        reinterpret_cast<sockaddr_in6&>(changed.storage_).sin6_port = htons(port);
    else
        reinterpret_cast<sockaddr_in&>(changed.storage_).sin_port = htons(port);
    return changed;
}

bool SocketAddress::is_loopback() const {
    if (!is_v6())
        return (ntohl(as_v4(storage_).sin_addr.s_addr) >> 24) == 127;
    const std::uint8_t* bytes = as_v6(storage_).sin6_addr.s6_addr;
    if (IN6_IS_ADDR_LOOPBACK(&as_v6(storage_).sin6_addr))
        return true;
    const auto inside = embedded_v4(bytes);
    return inside && (*inside >> 24) == 127;
}

bool SocketAddress::is_special() const {
    if (!is_v6())
        return is_special_v4(ntohl(as_v4(storage_).sin_addr.s_addr));
    return is_special_v6(as_v6(storage_).sin6_addr.s6_addr);
}

std::string SocketAddress::ip() const {
    std::array<char, INET6_ADDRSTRLEN> text{};
    const void* address = is_v6() ? static_cast<const void*>(&as_v6(storage_).sin6_addr)
                                  : static_cast<const void*>(&as_v4(storage_).sin_addr);
    inet_ntop(storage_.ss_family, address, text.data(), text.size());
    return text.data();
}

std::string SocketAddress::to_string() const {
    return is_v6() ? fmt::format("[{}]:{}", ip(), port()) : fmt::format("{}:{}", ip(), port());
}

}  // namespace skep::async
