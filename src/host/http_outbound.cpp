#include "host/http_outbound.hpp"

#include "host/outbound_grants.hpp"

namespace skep::host {
namespace {

// A grant that names a closed address opens that address; a name that resolves to one does not, but for localhost,
// which can mean nothing else.
http::AddressPolicy policy_of(const model::OutboundGrant& grant) {
    if (grant.is_for_all)
        return http::AddressPolicy::any();
    std::vector<async::SocketAddress> named;
    if (auto address = async::SocketAddress::parse_ip(grant.host, grant.port))
        named.push_back(*address);
    if (grant.host == "localhost") {
        named.push_back(async::SocketAddress::parse_ip("127.0.0.1", grant.port).value());
        named.push_back(async::SocketAddress::parse_ip("::1", grant.port).value());
    }
    return http::AddressPolicy::public_and(std::move(named));
}

}  // namespace

async::Task<Result<model::Response>> HttpOutbound::send(model::Request request, const model::OutboundGrant& grant,
                                                        TimePoint deadline) {
    http::AddressPolicy policy = policy_of(grant);
    const std::uint16_t port = grant.is_for_all ? kHttpPort : grant.port;
    CO_TRY(auto addresses, co_await resolver_.resolve(request.authority, port, std::move(policy)));
    http::ClientOptions options;
    options.addresses = std::move(addresses);
    options.deadline = deadline;
    co_return co_await client_.send(std::move(request), std::move(options));
}

}  // namespace skep::host
