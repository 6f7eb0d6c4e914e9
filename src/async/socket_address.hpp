#pragma once
// An IP address with a port.

#include <cstdint>
#include <netinet/in.h>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skep::async {

// A value. The default is 0.0.0.0:0.
class SocketAddress {
public:
    SocketAddress();
    SocketAddress(const sockaddr* address, socklen_t size);

    // Parses "127.0.0.1:8080", "[::1]:8080" or ":8080" (all IPv4 addresses). No names.
    static Result<SocketAddress> parse(std::string_view text);

    // Parses an address without port, as in a URL: "127.0.0.1", "::1" or "[::1]".
    static Result<SocketAddress> parse_ip(std::string_view text, std::uint16_t port);

    std::uint16_t port() const;
    SocketAddress with_port(std::uint16_t port) const;
    bool is_v6() const { return storage_.ss_family == AF_INET6; }

    // 127.0.0.0/8, ::1, and these mapped into IPv6.
    bool is_loopback() const;

    // Addresses that guests may not reach unless they are named: unspecified, loopback, link-local, private (RFC 1918,
    // RFC 4193, RFC 6598), benchmarking, documentation, multicast and reserved ranges, also when mapped or
    // translated into IPv6 (RFC 4291, RFC 6052, 6to4, Teredo).
    bool is_special() const;

    // "127.0.0.1:8080"; `ip()` without the port and without brackets.
    std::string to_string() const;
    std::string ip() const;

    const sockaddr* native() const { return reinterpret_cast<const sockaddr*>(&storage_); }
    socklen_t native_size() const { return is_v6() ? sizeof(sockaddr_in6) : sizeof(sockaddr_in); }

    friend bool operator==(const SocketAddress& left, const SocketAddress& right) {
        return left.to_string() == right.to_string();
    }

private:
    sockaddr_storage storage_{};
};

}  // namespace skep::async
