#include "host/http_outbound.hpp"

namespace skep::host {

HttpOutbound::HttpOutbound(async::Loop& loop, async::Network& network, async::BlockingPool&)
    : client_(loop, network, {}) {}

async::Task<Result<model::Response>> HttpOutbound::send(model::Request request, const model::OutboundGrant& grant,
                                                        TimePoint deadline) {
    CO_TRY(const auto address, async::SocketAddress::parse_ip(grant.host, grant.port));
    http::ClientOptions options{.addresses = {address}, .deadline = deadline};
    co_return co_await client_.send(std::move(request), std::move(options));
}

}  // namespace skep::host
