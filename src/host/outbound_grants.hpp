#pragma once
// Which hosts outside of the application a guest may reach.

#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/application.hpp"

namespace skep::host {

// The grant that allows `scheme`://`authority`. Fails with `outbound_not_granted`, naming the line to add, with
// `tls_not_available` for https, and as `split_authority` does.
Result<const model::OutboundGrant*> find_grant(const std::vector<model::OutboundGrant>& grants, std::string_view scheme,
                                               std::string_view authority);

// The host and port of `authority`; the port is 80 where it has none. Fails with `authority_invalid`.
inline constexpr std::uint16_t kHttpPort = 80;
struct HostAndPort {
    std::string host;  // in lower case, IPv6 without brackets
    std::uint16_t port = kHttpPort;
};
Result<HostAndPort> split_authority(std::string_view authority);

}  // namespace skep::host
