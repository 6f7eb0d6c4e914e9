// sql.hpp, kv.hpp and transaction.hpp over the core interface, for plain modules.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "skep/detail/platform_core.hpp"
#include "skep/detail/sql_json.hpp"

namespace skep::host {

#define SKEP_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))

extern "C" {
SKEP_IMPORT("database", "query")
std::int32_t skep_core_database_query(const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("database", "execute")
std::int32_t skep_core_database_execute(const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("kv", "get") std::int32_t skep_core_kv_get(const char*, std::size_t);
SKEP_IMPORT("kv", "set") std::int32_t skep_core_kv_set(const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("kv", "delete") std::int32_t skep_core_kv_delete(const char*, std::size_t);
SKEP_IMPORT("kv", "list")
std::int32_t skep_core_kv_list(const char*, std::size_t, const char*, std::size_t, std::uint32_t);
SKEP_IMPORT("transaction", "begin") std::int32_t skep_core_transaction_begin();
SKEP_IMPORT("transaction", "commit") std::int32_t skep_core_transaction_commit();
SKEP_IMPORT("transaction", "rollback") std::int32_t skep_core_transaction_rollback();
SKEP_IMPORT("idempotency", "current_key") std::int32_t skep_core_current_key();
}

#undef SKEP_IMPORT

inline Result<sql::Rows> sql_query(std::string_view statement, const std::vector<sql::Value>& params) {
    const std::string array = sql::detail::array_of(params);
    const Result<std::string> text =
        text_or_error(skep_core_database_query(statement.data(), statement.size(), array.data(), array.size()));
    if (!text)
        return text.error();
    return sql::detail::rows_of(*text);
}

inline Result<sql::Executed> sql_execute(std::string_view statement, const std::vector<sql::Value>& params) {
    const std::string array = sql::detail::array_of(params);
    const Result<std::string> text =
        text_or_error(skep_core_database_execute(statement.data(), statement.size(), array.data(), array.size()));
    if (!text)
        return text.error();
    return sql::detail::executed_of(*text);
}

inline Result<std::optional<std::string>> kv_get(std::string_view key) {
    return option_or_error(skep_core_kv_get(key.data(), key.size()));
}

inline Status kv_set(std::string_view key, std::string_view value) {
    return done_or_error(skep_core_kv_set(key.data(), key.size(), value.data(), value.size()));
}

inline Status kv_delete(std::string_view key) {
    return done_or_error(skep_core_kv_delete(key.data(), key.size()));
}

inline Result<std::vector<std::string>> kv_list(std::string_view prefix, std::string_view after, std::uint32_t limit) {
    const Result<std::string> text =
        text_or_error(skep_core_kv_list(prefix.data(), prefix.size(), after.data(), after.size(), limit));
    if (!text)
        return text.error();
    return sql::detail::texts_of(*text);
}

inline Status transaction_begin() {
    return done_or_error(skep_core_transaction_begin());
}

inline Status transaction_commit() {
    return done_or_error(skep_core_transaction_commit());
}

inline Status transaction_rollback() {
    return done_or_error(skep_core_transaction_rollback());
}

inline Result<std::optional<std::string>> current_key() {
    return option_or_error(skep_core_current_key());
}

}  // namespace skep::host
