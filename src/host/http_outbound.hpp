#pragma once
// HttpOutbound: requests of guests to hosts outside of the application.

#include "host/service_environment.hpp"
#include "http/client.hpp"
#include "http/resolver.hpp"

namespace skep::host {

// One per io thread. Resolves, checks the addresses against what the grant allows, and connects to what was checked.
class HttpOutbound final : public OutboundSender {
public:
    // Both outlive it.
    HttpOutbound(http::Resolver& resolver, http::Client& client) : resolver_(resolver), client_(client) {}

    async::Task<Result<model::Response>> send(model::Request request, const model::OutboundGrant& grant,
                                              TimePoint deadline) override;

private:
    http::Resolver& resolver_;
    http::Client& client_;
};

}  // namespace skep::host
