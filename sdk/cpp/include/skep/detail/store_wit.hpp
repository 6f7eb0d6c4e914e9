// sql.hpp, kv.hpp and transaction.hpp over WIT, for components.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/detail/platform_wit.hpp"
#include "skep/detail/row_format.hpp"

namespace skep::host {

inline std::optional<std::string> take_option_bytes(service_option_list_u8_t& option) {
    if (!option.is_some)
        return std::nullopt;
    return wit::take_bytes(option.val);
}

inline std::vector<std::string> take_texts(service_list_string_t& list) {
    std::vector<std::string> texts;
    for (std::size_t index = 0; index < list.len; ++index)
        texts.push_back(take(list.ptr[index]));
    if (list.len > 0)
        std::free(list.ptr);
    return texts;
}

// Runs one function of the interface, which takes and gives the row format.
template <class Function>
Result<sql::Rows> run_statement(Function function, std::string_view statement, const std::vector<sql::Value>& params) {
    const std::string encoded = sql::detail::RowEncoder::params(params);
    auto text = borrow(statement);
    auto bytes = wit::borrow_bytes(encoded);
    Result<std::string> rows = call<service_list_u8_t, std::string>(
        [&](auto* ret, auto* error) { return function(&text, &bytes, ret, error); }, &wit::take_bytes);
    if (!rows)
        return rows.error();
    return sql::detail::RowDecoder::rows(*rows);
}

inline Result<sql::Rows> sql_query(std::string_view statement, const std::vector<sql::Value>& params) {
    return run_statement(skep_platform_sql_query, statement, params);
}

inline Result<sql::Executed> sql_execute(std::string_view statement, const std::vector<sql::Value>& params) {
    const Result<sql::Rows> rows = run_statement(skep_platform_sql_execute, statement, params);
    if (!rows)
        return rows.error();
    const auto number = [&](std::string_view name) {
        const sql::Value* const value = rows->find(0, name);
        const auto* const integer = value ? std::get_if<std::int64_t>(value) : nullptr;
        return integer ? *integer : 0;
    };
    return sql::Executed{number("rows_affected"), number("last_insert_id")};
}

inline Result<std::optional<std::string>> kv_get(std::string_view key) {
    auto name = borrow(key);
    return call<service_option_list_u8_t, std::optional<std::string>>(
        [&](auto* ret, auto* error) { return skep_platform_kv_get(&name, ret, error); }, &take_option_bytes);
}

inline Status kv_set(std::string_view key, std::string_view value) {
    auto name = borrow(key);
    auto bytes = wit::borrow_bytes(value);
    return call_status([&](auto* error) { return skep_platform_kv_set(&name, &bytes, error); });
}

inline Status kv_delete(std::string_view key) {
    auto name = borrow(key);
    return call_status([&](auto* error) { return skep_platform_kv_delete(&name, error); });
}

inline Result<std::vector<std::string>> kv_list(std::string_view prefix, std::string_view after, std::uint32_t limit) {
    auto first = borrow(prefix), last = borrow(after);
    return call<service_list_string_t, std::vector<std::string>>(
        [&](auto* ret, auto* error) { return skep_platform_kv_list(&first, &last, limit, ret, error); }, &take_texts);
}

inline Status transaction_begin() {
    return call_status([](auto* error) { return skep_platform_transaction_begin(error); });
}

inline Status transaction_commit() {
    return call_status([](auto* error) { return skep_platform_transaction_commit(error); });
}

inline Status transaction_rollback() {
    return call_status([](auto* error) { return skep_platform_transaction_rollback(error); });
}

inline Result<std::optional<std::string>> current_key() {
    return call<service_option_string_t, std::optional<std::string>>(
        [](auto* ret, auto* error) { return skep_platform_idempotency_current_key(ret, error); }, &take_option);
}

}  // namespace skep::host
