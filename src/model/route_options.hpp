#pragma once
// RouteOptionsTable: how a request of a service uses its store, by its route.

#include <chrono>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/application.hpp"
#include "model/router.hpp"

namespace skep::model {

// The options of one request, with everything filled in that its service says for all.
struct RequestOptions {
    std::optional<TransactionMode> transaction;  // empty: late for safe methods, else turn
    BatchMode batch = BatchMode::shared;
    bool stream = false;
    std::optional<std::chrono::milliseconds> timeout;  // empty: the service's limits.time
    std::chrono::milliseconds transaction_timeout{100};
    Idempotency idempotency;

    friend bool operator==(const RequestOptions&, const RequestOptions&) = default;
};

// Built once for a revision of a service, then immutable. Any thread.
class RouteOptionsTable {
public:
    // The options of no service: the defaults.
    RouteOptionsTable() = default;

    // Fails as `Router::add` does.
    static Result<RouteOptionsTable> make(const Service& service);

    // Of the most specific `match`, alone; what the service says for all where none matches. Valid as long as the
    // table. `path` is without query, as the service sees it. Costs nothing for a service without route options.
    const RequestOptions& find(std::string_view method, std::string_view path) const {
        return router_ == nullptr ? usual_ : find_route(method, path);
    }

private:
    const RequestOptions& find_route(std::string_view method, std::string_view path) const;

    RequestOptions usual_;
    std::vector<RequestOptions> by_route_;
    std::unique_ptr<Router> router_;  // to the index in `by_route_`; nullptr where there are none
};

// Whether an Idempotency-Key means something to a request of this method: POST, PUT, PATCH, DELETE.
bool takes_key(std::string_view method);

}  // namespace skep::model
