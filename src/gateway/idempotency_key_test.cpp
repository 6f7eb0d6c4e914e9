#include "gateway/idempotency_key.hpp"

#include <gtest/gtest.h>

namespace skep::gateway {
namespace {

constexpr std::string_view kSixteen = "0123456789abcdef";

std::string reason_of(std::string_view value) {
    const auto key = parse_idempotency_key(value);
    return std::string(key ? "" : key.error().name());
}

model::Request request_with(std::string method, std::string_view key) {
    model::Request request;
    request.method = std::move(method);
    request.target = "/orders?x=1";
    if (!key.empty())
        request.headers.add("idempotency-key", key);
    return request;
}

model::RouteOptionsTable options_of(bool required) {
    model::Service service;
    service.idempotency.required = required;
    return model::RouteOptionsTable::make(service).value();
}

// The key that is executed; "" for none.
std::string key_of(const Result<model::Execution>& execution) {
    const auto* keyed = std::get_if<model::KeyedExecution>(&execution.value());
    return keyed == nullptr ? "" : keyed->key;
}

TEST(IdempotencyKey, is_taken_as_it_is) {
    EXPECT_EQ(parse_idempotency_key(kSixteen), std::string(kSixteen));
    EXPECT_EQ(parse_idempotency_key("7e0f5a\"b'c,d;=e/f"), "7e0f5a\"b'c,d;=e/f");
}

TEST(IdempotencyKey, loses_the_quotes_and_escapes_of_a_string) {
    EXPECT_EQ(parse_idempotency_key("\"0123456789abcdef\""), std::string(kSixteen));
    EXPECT_EQ(parse_idempotency_key(R"("0123456789\"ab\\cdef")"), R"(0123456789"ab\cdef)");
}

TEST(IdempotencyKey, of_a_broken_string_is_refused) {
    EXPECT_EQ(reason_of("\"0123456789abcdef"), "idempotency_key_invalid");
    EXPECT_EQ(reason_of("\"0123456789abcdef\"; a=1"), "idempotency_key_invalid");
    EXPECT_EQ(reason_of(R"("0123456789ab\cdef")"), "idempotency_key_invalid");
    EXPECT_EQ(reason_of(R"("0123456789abcdef\)"), "idempotency_key_invalid");
    EXPECT_EQ(reason_of("\""), "idempotency_key_invalid");
    EXPECT_EQ(reason_of("\"\""), "idempotency_key_invalid");
}

TEST(IdempotencyKey, has_16_to_255_characters) {
    EXPECT_EQ(reason_of(""), "idempotency_key_invalid");
    EXPECT_EQ(reason_of(kSixteen.substr(1)), "idempotency_key_invalid");
    EXPECT_EQ(reason_of("\"0123456789abcde\""), "idempotency_key_invalid");
    EXPECT_EQ(reason_of(std::string(255, 'k')), "");
    EXPECT_EQ(reason_of(std::string(256, 'k')), "idempotency_key_invalid");
}

TEST(IdempotencyKey, is_visible_ascii) {
    EXPECT_EQ(reason_of("0123456789abcde f"), "idempotency_key_invalid");
    EXPECT_EQ(reason_of("\"0123456789abcde f\""), "idempotency_key_invalid");
    EXPECT_EQ(reason_of("0123456789abcdef\t"), "idempotency_key_invalid");
    EXPECT_EQ(reason_of("0123456789abcdefä"), "idempotency_key_invalid");
}

TEST(Execution, a_request_that_changes_something_executes_its_key) {
    EXPECT_EQ(key_of(execution_of(request_with("POST", kSixteen), options_of(false))), kSixteen);
    EXPECT_EQ(key_of(execution_of(request_with("DELETE", kSixteen), options_of(false))), kSixteen);
    EXPECT_EQ(key_of(execution_of(request_with("POST", ""), options_of(false))), "");
}

TEST(Execution, a_request_that_reads_ignores_its_key) {
    EXPECT_EQ(key_of(execution_of(request_with("GET", "short"), options_of(true))), "");
    EXPECT_EQ(key_of(execution_of(request_with("HEAD", kSixteen), options_of(true))), "");
    EXPECT_EQ(key_of(execution_of(request_with("OPTIONS", ""), options_of(true))), "");
}

TEST(Execution, two_keys_are_refused) {
    model::Request request = request_with("POST", kSixteen);
    request.headers.add("idempotency-key", kSixteen);

    EXPECT_EQ(execution_of(request, options_of(false)).error().name(), "idempotency_key_invalid");
}

TEST(Execution, a_key_that_is_required_and_missing_is_refused_with_the_route) {
    const auto refused = execution_of(request_with("POST", ""), options_of(true));

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().name(), "idempotency_key_invalid");
    EXPECT_EQ(refused.error().message(), "POST '/orders' is refused without an Idempotency-Key");
}

}  // namespace
}  // namespace skep::gateway
