// Which function answers which request.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "skep/message.hpp"

namespace skep {

// Routes by method and path. A pattern is a path whose segments may be {name}, which matches one
// segment, or at its end *, which matches the rest. The first route that matches answers; HEAD is
// answered by the route of GET. An unknown path is 404; a known path under other methods is 405
// with Allow.
class Router {
public:
    using Handler = std::function<Response(const Request&)>;

    Router& get(std::string pattern, Handler handler) { return on("GET", std::move(pattern), std::move(handler)); }
    Router& post(std::string pattern, Handler handler) { return on("POST", std::move(pattern), std::move(handler)); }
    Router& put(std::string pattern, Handler handler) { return on("PUT", std::move(pattern), std::move(handler)); }
    Router& del(std::string pattern, Handler handler) { return on("DELETE", std::move(pattern), std::move(handler)); }

    Router& on(std::string method, std::string pattern, Handler handler) {
        routes_.push_back({std::move(method), std::move(pattern), std::move(handler)});
        return *this;
    }

    Response handle(Request request) const {
        std::string allowed;
        for (const Route& route : routes_) {
            request.parameters.clear();
            if (!matches(route.pattern, request))
                continue;
            if (serves(route.method, request.method))
                return route.handler(request);
            if (!allowed.empty())
                allowed += ", ";
            allowed += route.method;
        }
        if (allowed.empty())
            return Response::problem(404, "not_found", "no route for " + request.path);
        Response refusal = Response::problem(405, "method_not_allowed", request.method + " is not allowed here");
        refusal.headers.emplace_back("allow", allowed);
        return refusal;
    }

private:
    struct Route {
        std::string method;
        std::string pattern;
        Handler handler;
    };

    static bool serves(std::string_view route, std::string_view method) {
        return route == method || (route == "GET" && method == "HEAD");
    }

    static bool matches(std::string_view pattern, Request& request) {
        std::string_view path = request.path;
        for (;;) {
            if (pattern == "/*")
                return path.size() > 1;
            if (pattern.empty() || path.empty())
                return pattern.empty() && path.empty();
            const std::string_view wanted = take_segment(pattern);
            const std::string_view found = take_segment(path);
            const bool named = wanted.size() > 2 && wanted.front() == '{' && wanted.back() == '}';
            if (named && !found.empty()) {
                request.parameters.emplace_back(wanted.substr(1, wanted.size() - 2), found);
            } else if (named || wanted != found) {
                return false;
            }
        }
    }

    // Takes "/segment" off the front and returns what follows the slash.
    static std::string_view take_segment(std::string_view& path) {
        const std::size_t end = path.find('/', 1);
        const std::string_view segment = path.substr(0, end);
        path.remove_prefix(segment.size());
        return segment.front() == '/' ? segment.substr(1) : segment;
    }

    std::vector<Route> routes_;
};

}  // namespace skep
