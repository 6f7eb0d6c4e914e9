// What an order is and what it costs: no input or output here, so it is tested as an ordinary program.
#pragma once

#include <cstdint>
#include <optional>
#include <skep/json.hpp>
#include <skep/result.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace shop {

struct Item {
    std::int64_t product_id;
    std::int64_t quantity;
};

// What a customer asks for.
struct Wanted {
    std::int64_t user_id;
    std::vector<Item> items;
};

struct Line {
    std::int64_t product_id;
    std::string name;
    std::int64_t quantity;
    std::int64_t unit_minor;
    std::int64_t amount_minor;
};

constexpr std::size_t kMaxItems = 50;
constexpr std::int64_t kMaxQuantity = 10'000;

inline skep::Error invalid(std::string_view reason) {
    return {"invalid_order", std::string(reason)};
}

inline std::optional<std::int64_t> integer_of(const skep::Json& object, std::string_view name) {
    const skep::Json* const member = object.find(name);
    return member ? member->as_integer() : std::nullopt;
}

inline skep::Result<Item> parse_item(const skep::Json& value) {
    const auto product = integer_of(value, "product_id");
    const auto quantity = integer_of(value, "quantity");
    if (!product || *product < 1)
        return invalid("product_id must be a whole number from 1 on");
    if (!quantity || *quantity < 1 || *quantity > kMaxQuantity)
        return invalid("quantity must be a whole number of 1 to 10000");
    return Item{*product, *quantity};
}

// {"user_id": 1, "items": [{"product_id": 1, "quantity": 2}]}. Fails with `invalid_order`, or as JSON does.
inline skep::Result<Wanted> parse(std::string_view text) {
    const auto body = skep::Json::parse(text);
    if (!body)
        return body.error();
    const auto user = integer_of(*body, "user_id");
    if (!user || *user < 1)
        return invalid("user_id must be a whole number from 1 on");
    const skep::Json* const items = body->find("items");
    if (!items || !items->as_array() || items->as_array()->empty() || items->as_array()->size() > kMaxItems)
        return invalid("items must be an array of 1 to 50");
    Wanted wanted{*user, {}};
    for (const skep::Json& each : *items->as_array()) {
        const auto item = parse_item(each);
        if (!item)
            return item.error();
        wanted.items.push_back(*item);
    }
    return wanted;
}

// The lines of one order and what they come to. All in one currency, that of the first line.
class Invoice {
public:
    // Adds a line, priced by what `products` says of it. Fails with `currency_mixed` and `amount_too_large`.
    skep::Status add(const Item& item, const skep::Json& product) {
        const skep::Json* const name = product.find("name");
        const skep::Json* const currency = product.find("currency");
        const auto unit = integer_of(product, "price_minor");
        if (!name || !name->as_string() || !currency || !currency->as_string() || !unit)
            return skep::Error{"product_unreadable", "product " + std::to_string(item.product_id) + " has no price"};
        if (currency_.empty())
            currency_ = *currency->as_string();
        if (currency_ != *currency->as_string())
            return skep::Error{"currency_mixed", *name->as_string() + " is sold in " + *currency->as_string()};
        std::int64_t amount = 0;
        if (__builtin_mul_overflow(*unit, item.quantity, &amount) ||
            __builtin_add_overflow(total_minor_, amount, &total_minor_))
            return skep::Error{"amount_too_large", "the order costs more than can be counted"};
        lines_.push_back({item.product_id, *name->as_string(), item.quantity, *unit, amount});
        return skep::ok();
    }

    const std::vector<Line>& lines() const { return lines_; }
    const std::string& currency() const { return currency_; }
    std::int64_t total_minor() const { return total_minor_; }

private:
    std::vector<Line> lines_;
    std::string currency_;
    std::int64_t total_minor_ = 0;
};

}  // namespace shop
