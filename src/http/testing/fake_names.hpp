#pragma once
// FakeNames: names with the addresses that a test gives them.

#include <map>

#include "http/resolver.hpp"

namespace skep::http {

class FakeNames final : public NameSource {
public:
    // From now on `host` has `addresses` (without ports).
    void set(const std::string& host, std::vector<std::string> addresses) {
        auto& known = names_[host];
        known.clear();
        for (const std::string& address : addresses)
            known.push_back(async::SocketAddress::parse_ip(address, 0).value());
    }

    int lookups() const { return lookups_; }

    async::Task<Result<std::vector<async::SocketAddress>>> lookup(std::string host) override {
        ++lookups_;
        const auto found = names_.find(host);
        if (found == names_.end())
            co_return fail("name_not_resolved", "cannot resolve {}", host);
        co_return found->second;
    }

private:
    std::map<std::string, std::vector<async::SocketAddress>> names_;
    int lookups_ = 0;
};

}  // namespace skep::http
