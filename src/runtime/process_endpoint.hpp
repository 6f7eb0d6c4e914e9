#pragma once
// ProcessEndpoint: a service that is an ordinary HTTP server somewhere else.

#include <string>

#include "http/client.hpp"
#include "http/resolver.hpp"
#include "model/ports.hpp"

namespace skep::runtime {

// One per service and io thread. The operator named the URL, so any address may be connected to.
class ProcessEndpoint final : public model::Endpoint {
public:
    // `url` is "http://host[:port]". All but the url outlive the endpoint.
    ProcessEndpoint(async::Loop& loop, http::Resolver& resolver, http::Client& client, const std::string& url);

    // Sends the request on with the host of the URL, `x-forwarded-host`, `-proto` and `-for` of the caller, and the
    // time that is left in `x-skep-deadline-ms`.
    async::Task<Result<model::Response>> call(model::Request request, const model::CallContext& context) override;

private:
    async::Loop& loop_;
    http::Resolver& resolver_;
    http::Client& client_;
    std::string authority_;
};

}  // namespace skep::runtime
