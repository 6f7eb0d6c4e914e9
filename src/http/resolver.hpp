#pragma once
// From a host's name to addresses that may be connected to: resolve, check, connect to what was
// checked.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/socket_address.hpp"
#include "async/task.hpp"

namespace skep::http {

// Which addresses a call may reach. A value.
class AddressPolicy {
public:
    // Every address: for what the operator named.
    static AddressPolicy any();

    // Public addresses, and of the special ones (SocketAddress::is_special) those in `named`,
    // whatever their port.
    static AddressPolicy public_and(std::vector<async::SocketAddress> named = {});

    bool allows(const async::SocketAddress& address) const;

private:
    bool allows_all_ = false;
    std::vector<async::SocketAddress> named_;
};

// Where addresses of names come from. Belongs to one loop.
class NameSource {
public:
    virtual ~NameSource() = default;

    // Every address of `host`, port 0, in order of preference. Fails with `name_not_resolved`.
    virtual async::Task<Result<std::vector<async::SocketAddress>>> lookup(std::string host) = 0;
};

// The C library's resolver (hosts file, DNS, and whatever nsswitch.conf says), on threads of
// `pool`. Both outlive it.
std::unique_ptr<NameSource> make_system_names(async::Loop& loop, async::BlockingPool& pool);

// Keeps what it has learnt for a short time. Belongs to one loop.
class Resolver {
public:
    // `loop` and `names` outlive the resolver.
    Resolver(async::Loop& loop, NameSource& names);

    // The addresses of `authority` (host or host:port) that `policy` allows, with its port or
    // `default_port`: at most 8, at least one. A caller connects to these and to no others. Fails
    // with `name_not_resolved`, `address_not_allowed` or `invalid_argument`.
    async::Task<Result<std::vector<async::SocketAddress>>> resolve(std::string authority, std::uint16_t default_port,
                                                                   AddressPolicy policy);

private:
    struct Entry {
        std::vector<async::SocketAddress> addresses;
        TimePoint valid_until;
    };

    async::Task<Result<std::vector<async::SocketAddress>>> find(std::string host);
    void remember(const std::string& host, const std::vector<async::SocketAddress>& addresses);

    async::Loop& loop_;
    NameSource& names_;
    std::unordered_map<std::string, Entry> known_;
};

}  // namespace skep::http
