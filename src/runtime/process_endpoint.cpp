#include "runtime/process_endpoint.hpp"

#include <algorithm>

namespace skep::runtime {
namespace {

std::string authority_of(const std::string& url) {
    const auto scheme_end = url.find("://");
    const std::string rest = scheme_end == std::string::npos ? url : url.substr(scheme_end + 3);
    return rest.substr(0, rest.find('/'));
}

}  // namespace

ProcessEndpoint::ProcessEndpoint(async::Loop& loop, http::Resolver& resolver, http::Client& client,
                                 const std::string& url)
    : loop_(loop), resolver_(resolver), client_(client), authority_(authority_of(url)) {}

async::Task<Result<model::Response>> ProcessEndpoint::call(model::Request request, const model::CallContext& context) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(context.deadline - loop_.now());
    request.headers.set("x-skep-deadline-ms", std::to_string(std::max<std::int64_t>(left.count(), 0)));
    request.headers.set("x-forwarded-host", request.authority);
    request.headers.set("x-forwarded-proto", "http");
    if (!context.peer.empty())
        request.headers.set("x-forwarded-for", context.peer);
    request.authority = authority_;
    request.scheme = "http";
    http::AddressPolicy policy = http::AddressPolicy::any();
    CO_TRY(auto addresses, co_await resolver_.resolve(authority_, 80, std::move(policy)));
    http::ClientOptions options;
    options.addresses = std::move(addresses);
    options.deadline = context.deadline;
    co_return co_await client_.send(std::move(request), std::move(options));
}

}  // namespace skep::runtime
