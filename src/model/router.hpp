#pragma once
// Router: method, host and path -> a number: the service that a request reaches, or the options of its route.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/result.hpp"
#include "model/application.hpp"

namespace skep::model {

// Built once, then immutable. Paths are compared byte by byte as the client sent them. The most specific route wins,
// segment by segment: a literal before `:param` before `*`; a route for the request's host before one for every host.
// Lookup costs a hash a segment, whatever the number of routes.
class Router {
public:
    Router();
    ~Router();
    Router(Router&&) noexcept;
    Router& operator=(Router&&) noexcept;

    // Fails with `already_exists` where path, host and a method are taken, and `invalid_argument` for a malformed path.
    Result<> add(const Route& route, std::uint32_t target);

    struct Match {
        enum class Kind : std::uint8_t { found, method_not_allowed, not_found };
        Kind kind = Kind::not_found;
        std::uint32_t target = 0;
        std::string allow;  // with method_not_allowed: "GET, HEAD, POST"
    };
    // `host` without port and in lower case; `path` without query. HEAD follows GET.
    Match find(std::string_view host, std::string_view method, std::string_view path) const;

    // Whether any route is bound to a host.
    bool has_hosts() const { return !hosts_.empty(); }

private:
    struct Node;
    struct TextHash {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
    };
    template <typename Value>
    using TextMap = std::unordered_map<std::string, Value, TextHash, std::equal_to<>>;

    struct Search;
    TextMap<std::unique_ptr<Node>> hosts_;
    std::unique_ptr<Node> every_host_;
};

}  // namespace skep::model
