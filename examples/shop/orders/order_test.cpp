// An ordinary program: it ends with status 0 when every check holds.

#include "order.hpp"

#include <cstdio>

namespace {

int failures = 0;

void expect(bool holds, const char* what) {
    if (holds)
        return;
    ++failures;
    std::fprintf(stderr, "not so: %s\n", what);
}

skep::Json product(std::int64_t price_minor, const char* currency) {
    return skep::Json::object({{"name", "thing"}, {"price_minor", price_minor}, {"currency", currency}});
}

void the_total_adds_the_lines_up() {
    shop::Invoice invoice;

    expect(static_cast<bool>(invoice.add({1, 2}, product(100, "EUR"))), "a line is taken");
    expect(static_cast<bool>(invoice.add({2, 1}, product(50, "EUR"))), "a second one is taken");

    expect(invoice.lines()[0].amount_minor == 200, "a line is the unit price times the quantity");
    expect(invoice.total_minor() == 250, "the total adds the lines up");
}

void currencies_do_not_mix() {
    shop::Invoice invoice;
    (void)invoice.add({1, 1}, product(100, "EUR"));

    const skep::Status added = invoice.add({2, 1}, product(100, "USD"));

    expect(!added && added.error().code == "currency_mixed", "currencies do not mix");
}

void an_amount_that_overflows_is_an_error_not_a_bargain() {
    shop::Invoice invoice;

    const skep::Status added = invoice.add({1, 2}, product(INT64_MAX, "EUR"));

    expect(!added && added.error().code == "amount_too_large", "an amount that overflows is an error");
}

void what_is_no_order_is_refused() {
    expect(!shop::parse("{"), "no JSON");
    expect(!shop::parse(R"({"user_id": 1, "items": []})"), "no items");
    expect(!shop::parse(R"({"user_id": 1, "items": [{"product_id": 1, "quantity": 0}]})"), "a quantity of 0");
    expect(!shop::parse(R"({"user_id": "1", "items": [{"product_id": 1, "quantity": 1}]})"), "a user that is a text");
}

}  // namespace

int main() {
    the_total_adds_the_lines_up();
    currencies_do_not_mix();
    an_amount_that_overflows_is_an_error_not_a_bargain();
    what_is_no_order_is_refused();
    return failures == 0 ? 0 : 1;
}
