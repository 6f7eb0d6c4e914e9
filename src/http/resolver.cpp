#include "http/resolver.hpp"

#include <algorithm>
#include <charconv>
#include <netdb.h>

#include "http/detail/syntax.hpp"

namespace skep::http {
namespace {

using async::SocketAddress;
using Addresses = std::vector<SocketAddress>;

constexpr auto kTimeKept = std::chrono::seconds(5);  // the C library does not tell how long an answer holds
constexpr std::size_t kMostNames = 1024;
constexpr std::size_t kMostAddresses = 8;

struct Place {
    std::string host;  // an IPv6 address without its brackets
    std::uint16_t port;
};

Result<Place> split(std::string_view authority, std::uint16_t default_port) {
    if (!detail::is_authority(authority))
        return fail("authority_invalid", "'{}' is no host with a port", authority);
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    Place place{std::string(authority.substr(0, colon)), default_port};
    if (colon != std::string_view::npos)
        std::from_chars(authority.data() + colon + 1, authority.data() + authority.size(), place.port);
    if (place.host.starts_with('['))
        place.host = place.host.substr(1, place.host.size() - 2);
    return place;
}

Result<Addresses> look_up_blocking(const std::string& host) {
    addrinfo hints{};
    hints.ai_family = AF_UNSPEC;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (const int failure = getaddrinfo(host.c_str(), nullptr, &hints, &found); failure != 0)
        return fail("name_not_resolved", "cannot resolve {}: {}", host, gai_strerror(failure));
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owner(found, freeaddrinfo);
    Addresses addresses;
    for (const addrinfo* entry = found; entry != nullptr; entry = entry->ai_next)
        addresses.emplace_back(entry->ai_addr, entry->ai_addrlen);
    return addresses;
}

class SystemNames final : public NameSource {
public:
    SystemNames(async::Loop& loop, async::BlockingPool& pool) : loop_(loop), pool_(pool) {}

    async::Task<Result<Addresses>> lookup(std::string host) override {
        auto work = [host = std::move(host)] { return look_up_blocking(host); };
        auto addresses = co_await pool_.run(loop_, std::move(work));
        co_return addresses;
    }

private:
    async::Loop& loop_;
    async::BlockingPool& pool_;
};

}  // namespace

AddressPolicy AddressPolicy::any() {
    AddressPolicy policy;
    policy.allows_all_ = true;
    return policy;
}

AddressPolicy AddressPolicy::public_and(std::vector<SocketAddress> named) {
    AddressPolicy policy;
    policy.named_ = std::move(named);
    return policy;
}

bool AddressPolicy::allows(const SocketAddress& address) const {
    if (allows_all_ || !address.is_special())
        return true;
    return std::ranges::any_of(named_, [&](const SocketAddress& named) { return named.ip() == address.ip(); });
}

std::unique_ptr<NameSource> make_system_names(async::Loop& loop, async::BlockingPool& pool) {
    return std::make_unique<SystemNames>(loop, pool);
}

Resolver::Resolver(async::Loop& loop, NameSource& names) : loop_(loop), names_(names) {}

async::Task<Result<Addresses>> Resolver::resolve(std::string authority, std::uint16_t default_port,
                                                 AddressPolicy policy) {
    CO_TRY(const Place place, split(authority, default_port));
    CO_TRY(const Addresses found, co_await find(place.host));
    Addresses allowed;
    for (const SocketAddress& address : found) {
        if (allowed.size() < kMostAddresses && policy.allows(address))
            allowed.push_back(address.with_port(place.port));
    }
    if (allowed.empty() && !found.empty())
        co_return fail("address_not_allowed", "{} resolves to {}, which is closed to guests", place.host,
                       found.front().ip());
    if (allowed.empty())
        co_return fail("name_not_resolved", "{} has no address", place.host);
    co_return allowed;
}

// An address is its own; a name is looked up, or remembered.
async::Task<Result<Addresses>> Resolver::find(std::string host) {
    if (auto address = SocketAddress::parse_ip(host, 0))
        co_return Addresses{*address};
    const auto known = known_.find(host);
    if (known != known_.end() && known->second.valid_until > loop_.now())
        co_return known->second.addresses;
    auto found = co_await names_.lookup(host);
    if (found)
        remember(host, *found);
    co_return found;
}

void Resolver::remember(const std::string& host, const Addresses& addresses) {
    if (known_.size() >= kMostNames)
        std::erase_if(known_, [&](const auto& entry) { return entry.second.valid_until <= loop_.now(); });
    if (known_.size() >= kMostNames)
        known_.clear();
    known_[host] = {addresses, loop_.now() + kTimeKept};
}

}  // namespace skep::http
