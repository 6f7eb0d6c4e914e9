#include "model/route_options.hpp"

namespace skep::model {
namespace {

RequestOptions filled_in(const RouteOptions& route, const RequestOptions& usual) {
    RequestOptions options = usual;
    options.transaction = route.transaction;
    options.batch = route.batch;
    options.stream = route.stream;
    options.timeout = route.timeout;
    options.transaction_timeout = route.transaction_timeout.value_or(usual.transaction_timeout);
    options.idempotency.retention = route.key_retention.value_or(usual.idempotency.retention);
    options.idempotency.required = route.key_required.value_or(usual.idempotency.required);
    return options;
}

}  // namespace

Result<RouteOptionsTable> RouteOptionsTable::make(const Service& service) {
    RouteOptionsTable table;
    table.usual_.transaction_timeout = service.data.transaction_timeout;
    table.usual_.idempotency = service.idempotency;
    for (const RouteOptions& route : service.route_options) {
        if (table.router_ == nullptr)
            table.router_ = std::make_unique<Router>();
        TRY_DO(table.router_->add(route.match, static_cast<std::uint32_t>(table.by_route_.size())));
        table.by_route_.push_back(filled_in(route, table.usual_));
    }
    return table;
}

const RequestOptions& RouteOptionsTable::find_route(std::string_view method, std::string_view path) const {
    const Router::Match match = router_->find({}, method, path);
    return match.kind == Router::Match::Kind::found ? by_route_[match.target] : usual_;
}

bool takes_key(std::string_view method) {
    return method == "POST" || method == "PUT" || method == "PATCH" || method == "DELETE";
}

}  // namespace skep::model
