// platform.hpp over WIT, for components: wraps the C bindings that `skep build` generates from the
// world skep:http/service.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "service.h"
#include "skep/detail/wit_text.hpp"
#include "skep/result.hpp"

namespace skep::host {

using wit::borrow;
using wit::take;

inline Error take_error(skep_platform_types_error_t& error) {
    return {take(error.code), take(error.message)};
}

inline std::optional<std::string> take_option(service_option_string_t& option) {
    if (!option.is_some)
        return std::nullopt;
    return take(option.val);
}

// Calls `function(string..., &result, &error)`; the bindings return true on success.
template <class Raw, class Value, class Function>
Result<Value> call(Function function, Value (*convert)(Raw&)) {
    Raw raw{};
    skep_platform_types_error_t error{};
    if (!function(&raw, &error))
        return take_error(error);
    return convert(raw);
}

template <class Function>
Status call_status(Function function) {
    skep_platform_types_error_t error{};
    if (!function(&error))
        return take_error(error);
    return ok();
}

inline Result<std::string> invoke(std::string_view service, std::string_view method, std::string_view body) {
    auto name = borrow(service), target = borrow(method);
    auto bytes = wit::borrow_bytes(body);
    return call<service_list_u8_t, std::string>(
        [&](auto* ret, auto* error) { return skep_platform_invoke_invoke(&name, &target, &bytes, ret, error); },
        &wit::take_bytes);
}

inline Result<std::optional<std::string>> config_get(std::string_view key) {
    auto name = borrow(key);
    return call<service_option_string_t, std::optional<std::string>>(
        [&](auto* ret, auto* error) { return skep_platform_config_get(&name, ret, error); }, &take_option);
}

inline Result<std::string> secrets_get(std::string_view secret) {
    auto name = borrow(secret);
    return call<service_string_t, std::string>(
        [&](auto* ret, auto* error) { return skep_platform_secrets_get(&name, ret, error); }, &take);
}

inline Result<std::optional<std::string>> identity_get(std::string_view field) {
    auto name = borrow(field);
    return call<service_option_string_t, std::optional<std::string>>(
        [&](auto* ret, auto* error) { return skep_platform_identity_get(&name, ret, error); }, &take_option);
}

inline Result<std::optional<std::string>> identity_claim(std::string_view claim) {
    auto name = borrow(claim);
    return call<service_option_string_t, std::optional<std::string>>(
        [&](auto* ret, auto* error) { return skep_platform_identity_claim(&name, ret, error); }, &take_option);
}

inline void log_write(std::string_view level, std::string_view message) {
    auto name = borrow(level), text = borrow(message);
    skep_platform_log_write(&name, &text);
}

inline void log_write_fields(std::string_view level, std::string_view message, std::string_view fields) {
    auto name = borrow(level), text = borrow(message), object = borrow(fields);
    skep_platform_log_write_fields(&name, &text, &object);
}

inline Status counter_add(std::string_view series, double value) {
    auto name = borrow(series);
    return call_status([&](auto* error) { return skep_platform_metrics_counter_add(&name, value, error); });
}

inline Status gauge_set(std::string_view series, double value) {
    auto name = borrow(series);
    return call_status([&](auto* error) { return skep_platform_metrics_gauge_set(&name, value, error); });
}

inline Status histogram_record(std::string_view series, double value) {
    auto name = borrow(series);
    return call_status([&](auto* error) { return skep_platform_metrics_histogram_record(&name, value, error); });
}

inline void set_attribute(std::string_view key, std::string_view value) {
    auto name = borrow(key), text = borrow(value);
    skep_platform_trace_set_attribute(&name, &text);
}

inline void add_event(std::string_view event, std::string_view attributes) {
    auto name = borrow(event), object = borrow(attributes);
    skep_platform_trace_add_event(&name, &object);
}

inline Result<std::string> start_span(std::string_view span) {
    auto name = borrow(span);
    return call<service_string_t, std::string>(
        [&](auto* ret, auto* error) { return skep_platform_trace_start_span(&name, ret, error); }, &take);
}

inline Status end_span(std::string_view span) {
    auto id = borrow(span);
    return call_status([&](auto* error) { return skep_platform_trace_end_span(&id, error); });
}

}  // namespace skep::host
