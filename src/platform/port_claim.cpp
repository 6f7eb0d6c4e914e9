#include "platform/port_claim.hpp"

#include <cstddef>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>

namespace skep::platform {
namespace {

constexpr int kTriesForAFreePort = 16;

UniqueFd lock_name(const std::string& name) {
    UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path + 1, name.data(), name.size());  // a leading NUL: the abstract namespace
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
    if (!fd || ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0)
        return {};
    return fd;
}

}  // namespace

// A free port is free until the probe is closed: another Skep that starts now may be given the same.
Result<PortClaim> PortClaim::claim(async::Network& network, const async::SocketAddress& address) {
    async::SocketAddress bound;
    for (int tries = address.port() == 0 ? kTriesForAFreePort : 1; tries > 0; --tries) {
        {
            TRY(const auto probe, network.listen(address, {}));
            bound = probe->address();
        }
        if (UniqueFd lock = lock_name(fmt::format("skep-port-{}", bound.port())))
            return PortClaim(bound, std::move(lock));
    }
    return fail("port_in_use", "cannot listen on {}: another Skep does", bound.to_string());
}

}  // namespace skep::platform
