// Orders: a component of wasi:http 0.2 by the SDK, with a database of its own.
//
//   POST /orders {"user_id": 1, "items": [{"product_id": 1, "quantity": 2}]}  → 201, the order
//   GET /orders/1                                                            → the order with its lines
//   GET /orders?user=1&after=0                                               → a customer's orders, 50 at a time
//
// Placing one calls `users` and `products` first and writes last: what is written becomes durable with the reply, all
// of it or nothing. Whoever repeats an order under its Idempotency-Key is given the reply that was recorded with it.

#include <charconv>
#include <ctime>
#include <skep/http.hpp>

#include "order.hpp"

namespace {

using shop::Invoice;
using shop::Line;
using shop::Wanted;
using skep::Json;
using skep::Request;
using skep::Response;
using skep::Result;

// A value, or the reply that says why there is none.
template <class T>
struct Asked {
    T value;
    std::optional<Response> refusal;
};

// GETs JSON from another service. Its 404 is answered with 422 and `missing`, its 503 with 503: nothing was done yet,
// so the order may be sent again.
Asked<Json> ask(const std::string& service, const std::string& path, std::string_view missing) {
    const auto reply = skep::fetch("GET", "http://" + service + ".skep.internal" + path);
    if (!reply)
        return {{}, Response::problem(reply.error(), 502)};
    if (reply->status == 404)
        return {{}, Response::problem(422, missing, service + " has no " + path)};
    const auto body = Json::parse(reply->body);
    if (reply->status < 400 && body)
        return {*body, {}};
    const std::string detail = service + " answered " + std::to_string(reply->status);
    return {{}, Response::problem(reply->status == 503 ? 503 : 502, "upstream_status", detail)};
}

Asked<Invoice> price(const Wanted& wanted) {
    Invoice invoice;
    for (const shop::Item& item : wanted.items) {
        const auto product = ask("products", "/products/" + std::to_string(item.product_id), "unknown_product");
        if (product.refusal)
            return {{}, product.refusal};
        if (const auto added = invoice.add(item, product.value); !added)
            return {{}, Response::problem(added.error(), 422)};
    }
    return {invoice, {}};
}

// In UTC, as RFC 3339 has it.
std::string now() {
    const std::time_t seconds = std::time(nullptr);
    char text[32];
    return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", std::gmtime(&seconds))};
}

// The id of the new order. Statements of one request are one transaction.
Result<std::int64_t> store(std::int64_t user_id, const Invoice& invoice) {
    const auto order =
        skep::sql::execute("INSERT INTO orders (user_id, currency, total_minor, placed_at) VALUES (?, ?, ?, ?)",
                           user_id, invoice.currency(), invoice.total_minor(), now());
    if (!order)
        return order.error();
    std::int64_t number = 0;
    for (const Line& line : invoice.lines()) {
        const auto added =
            skep::sql::execute("INSERT INTO order_lines VALUES (?, ?, ?, ?, ?, ?, ?)", order->last_insert_id, ++number,
                               line.product_id, line.name, line.quantity, line.unit_minor, line.amount_minor);
        if (!added)
            return added.error();
    }
    return order->last_insert_id;
}

// Nothing remains of a request that is answered 503.
Response unavailable(const skep::Error& error) {
    return Response::problem(error, 503);
}

// The order as its customer sees it, or none.
Result<std::optional<Json>> find(std::int64_t id) {
    const auto orders = skep::sql::query(
        "SELECT id AS order_id, user_id, currency, total_minor, placed_at FROM orders WHERE id = ?", id);
    if (!orders)
        return orders.error();
    if (orders->rows.empty())
        return std::optional<Json>();
    const auto lines = skep::sql::query(
        "SELECT line, product_id, name, quantity, unit_minor, amount_minor FROM order_lines WHERE order_id = ? "
        "ORDER BY line",
        id);
    if (!lines)
        return lines.error();
    Json order = skep::sql::to_json(*orders).as_array()->front();
    order.set("items", skep::sql::to_json(*lines));
    return std::optional<Json>(std::move(order));
}

Response place(const Request& request) {
    const auto wanted = shop::parse(request.body());
    if (!wanted)
        return Response::problem(wanted.error(), 400);
    const auto user = ask("users", "/users/" + std::to_string(wanted->user_id), "unknown_user");
    if (user.refusal)
        return *user.refusal;
    const auto invoice = price(*wanted);
    if (invoice.refusal)
        return *invoice.refusal;

    const auto id = store(wanted->user_id, invoice.value);
    if (!id)
        return unavailable(id.error());
    const auto order = find(*id);
    if (!order)
        return unavailable(order.error());
    Response reply = Response::json(**order, 201);
    reply.headers.emplace_back("location", "/orders/" + std::to_string(*id));
    return reply;
}

std::optional<std::int64_t> number_of(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = fault == std::errc() && end == text.data() + text.size();
    return is_whole ? std::optional<std::int64_t>(number) : std::nullopt;
}

Response show(const Request& request) {
    const auto id = number_of(request.parameter("id"));
    const auto order = find(id.value_or(0));
    if (!order)
        return unavailable(order.error());
    if (!*order)
        return Response::problem(404, "order_not_found", "no order " + std::string(request.parameter("id")));
    return Response::json(**order);
}

// A number of the query, or none.
std::optional<std::int64_t> query_number(std::string_view query, std::string_view name) {
    while (!query.empty()) {
        const std::string_view pair = query.substr(0, query.find('&'));
        query.remove_prefix(std::min(pair.size() + 1, query.size()));
        if (pair.starts_with(name) && pair.substr(name.size()).starts_with('='))
            return number_of(pair.substr(name.size() + 1));
    }
    return std::nullopt;
}

Response list(const Request& request) {
    const auto user = query_number(request.query, "user");
    if (!user)
        return Response::problem(400, "invalid_query", "user must be a customer's number, as in /orders?user=1");
    const auto orders = skep::sql::query(
        "SELECT id AS order_id, currency, total_minor, placed_at FROM orders WHERE user_id = ? AND id > ? ORDER BY id "
        "LIMIT 50",
        *user, query_number(request.query, "after").value_or(0));
    if (!orders)
        return unavailable(orders.error());
    return Response::json(Json::object({{"user_id", *user}, {"orders", skep::sql::to_json(*orders)}}));
}

}  // namespace

Response skep::handle(const Request& request) {
    static const Router router = Router().post("/orders", place).get("/orders", list).get("/orders/{id}", show);
    return router.handle(request);
}
