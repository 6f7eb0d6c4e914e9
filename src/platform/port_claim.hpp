#pragma once
// PortClaim: makes sure that no other Skep shares a port by SO_REUSEPORT.

#include "async/byte_stream.hpp"
#include "base/unique_fd.hpp"

namespace skep::platform {

// Held as long as the port is listened on. SO_REUSEPORT would let a second Skep of the same user take half of the
// connections: an exclusive bind finds other programs, a named lock (an abstract socket, gone with the process) other
// Skeps.
class PortClaim {
public:
    // `address` with port 0 gets a free port. Fails with `port_in_use` or `permission_denied`.
    static Result<PortClaim> claim(async::Network& network, const async::SocketAddress& address);

    const async::SocketAddress& address() const { return address_; }

private:
    PortClaim(async::SocketAddress address, UniqueFd lock) : address_(address), lock_(std::move(lock)) {}

    async::SocketAddress address_;
    UniqueFd lock_;
};

}  // namespace skep::platform
