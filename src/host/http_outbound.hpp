#pragma once
// HttpOutbound: requests of guests to hosts outside of the application.

#include "async/blocking_pool.hpp"
#include "async/byte_stream.hpp"
#include "host/service_environment.hpp"
#include "http/client.hpp"

namespace skep::host {

// One per io thread. Resolves, checks the addresses against what the grant allows, and connects to what was checked.
class HttpOutbound final : public OutboundSender {
public:
    // All outlive it.
    HttpOutbound(async::Loop& loop, async::Network& network, async::BlockingPool& blocking);

    async::Task<Result<model::Response>> send(model::Request request, const model::OutboundGrant& grant,
                                              TimePoint deadline) override;

private:
    http::Client client_;
};

}  // namespace skep::host
