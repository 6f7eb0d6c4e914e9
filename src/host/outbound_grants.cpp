#include "host/outbound_grants.hpp"

#include <charconv>

#include "base/letter_case.hpp"

namespace skep::host {
namespace {

bool host_matches(const std::string& granted, const std::string& host) {
    if (granted.starts_with("*."))
        return host.size() > granted.size() - 1 && host.ends_with(granted.substr(1));
    return granted == host;
}

bool matches(const model::OutboundGrant& grant, const HostAndPort& parts) {
    return grant.is_for_all || (grant.port == parts.port && host_matches(grant.host, parts.host));
}

}  // namespace

Result<HostAndPort> split_authority(std::string_view authority) {
    HostAndPort parts;
    const auto bracket = authority.rfind(']');
    const auto colon = authority.rfind(':');
    const bool has_port = colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
    std::string_view host = has_port ? authority.substr(0, colon) : authority;
    if (has_port) {
        const std::string_view text = authority.substr(colon + 1);
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), parts.port);
        if (fault != std::errc() || end != text.data() + text.size() || parts.port == 0)
            return fail("authority_invalid", "'{}' has no valid port", authority);
    }
    if (host.starts_with('[') && host.ends_with(']'))
        host = host.substr(1, host.size() - 2);
    if (host.ends_with('.'))
        host.remove_suffix(1);
    if (host.empty() || host.find('@') != std::string_view::npos)
        return fail("authority_invalid", "'{}' names no host", authority);
    parts.host = lowered(host);
    return parts;
}

Result<const model::OutboundGrant*> find_grant(const std::vector<model::OutboundGrant>& grants, std::string_view scheme,
                                               std::string_view authority) {
    const std::string wanted_scheme = scheme.empty() ? "http" : lowered(scheme);
    if (wanted_scheme == "https")
        return fail("tls_not_available", "https://{} cannot be reached: TLS is not available yet", authority);
    TRY(const HostAndPort parts, split_authority(authority));
    for (const auto& grant : grants) {
        if (grant.scheme == wanted_scheme && matches(grant, parts))
            return &grant;
    }
    return fail("outbound_not_granted", "{0}://{1} is not granted: add outbound = [\"{0}://{1}\"]", wanted_scheme,
                authority);
}

}  // namespace skep::host
