// platform.hpp over the core interface, for plain modules. Data comes as the address of a u32
// length and the bytes, in memory that the host took from `skep_alloc`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include "skep/result.hpp"

namespace skep::host {

#define SKEP_IMPORT(module, name) __attribute__((import_module(module), import_name(name)))

extern "C" {
SKEP_IMPORT("skep", "last_error") std::int32_t skep_core_last_error();
SKEP_IMPORT("service", "invoke")
std::int32_t skep_core_invoke(const char*, std::size_t, const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("config", "get") std::int32_t skep_core_config_get(const char*, std::size_t);
SKEP_IMPORT("secrets", "get") std::int32_t skep_core_secrets_get(const char*, std::size_t);
SKEP_IMPORT("identity", "get") std::int32_t skep_core_identity_get(const char*, std::size_t);
SKEP_IMPORT("identity", "claim") std::int32_t skep_core_identity_claim(const char*, std::size_t);
SKEP_IMPORT("log", "write")
void skep_core_log_write(const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("log", "write_fields")
void skep_core_log_write_fields(const char*, std::size_t, const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("metrics", "counter_add")
std::int32_t skep_core_counter_add(const char*, std::size_t, double);
SKEP_IMPORT("metrics", "gauge_set")
std::int32_t skep_core_gauge_set(const char*, std::size_t, double);
SKEP_IMPORT("metrics", "histogram_record")
std::int32_t skep_core_histogram_record(const char*, std::size_t, double);
SKEP_IMPORT("trace", "set_attribute")
void skep_core_set_attribute(const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("trace", "add_event")
void skep_core_add_event(const char*, std::size_t, const char*, std::size_t);
SKEP_IMPORT("trace", "start_span") std::int32_t skep_core_start_span(const char*, std::size_t);
SKEP_IMPORT("trace", "end_span") std::int32_t skep_core_end_span(const char*, std::size_t);

// Where the host puts what it returns.
__attribute__((export_name("skep_alloc"), used)) inline void* skep_alloc(std::size_t size) {
    return std::malloc(size);
}
}

#undef SKEP_IMPORT

constexpr std::int32_t kNotSet = -2;

// Takes the text at `data` (>= 0) over from the host.
inline std::string take(std::int32_t data) {
    char* block = reinterpret_cast<char*>(static_cast<std::uintptr_t>(data));
    std::uint32_t size = 0;
    std::memcpy(&size, block, sizeof size);
    std::string text(block + sizeof size, size);
    std::free(block);
    return text;
}

// The last error, out of its form `code: message`.
inline Error last_error() {
    const std::int32_t data = skep_core_last_error();
    std::string text = data < 0 ? "unknown_error: the host gave no reason" : take(data);
    const std::size_t colon = text.find(": ");
    if (colon == std::string::npos)
        return {text, text};
    return {text.substr(0, colon), text.substr(colon + 2)};
}

inline Result<std::string> text_or_error(std::int32_t data) {
    if (data < 0)
        return last_error();
    return take(data);
}

inline Result<std::optional<std::string>> option_or_error(std::int32_t data) {
    if (data == kNotSet)
        return std::optional<std::string>();
    if (data < 0)
        return last_error();
    return std::optional<std::string>(take(data));
}

inline Status done_or_error(std::int32_t code) {
    if (code < 0)
        return last_error();
    return ok();
}

inline Result<std::string> invoke(std::string_view service, std::string_view method, std::string_view body) {
    return text_or_error(
        skep_core_invoke(service.data(), service.size(), method.data(), method.size(), body.data(), body.size()));
}

inline Result<std::optional<std::string>> config_get(std::string_view key) {
    return option_or_error(skep_core_config_get(key.data(), key.size()));
}

inline Result<std::string> secrets_get(std::string_view name) {
    return text_or_error(skep_core_secrets_get(name.data(), name.size()));
}

inline Result<std::optional<std::string>> identity_get(std::string_view field) {
    return option_or_error(skep_core_identity_get(field.data(), field.size()));
}

inline Result<std::optional<std::string>> identity_claim(std::string_view name) {
    return option_or_error(skep_core_identity_claim(name.data(), name.size()));
}

inline void log_write(std::string_view level, std::string_view message) {
    skep_core_log_write(level.data(), level.size(), message.data(), message.size());
}

inline void log_write_fields(std::string_view level, std::string_view message, std::string_view fields) {
    skep_core_log_write_fields(level.data(), level.size(), message.data(), message.size(), fields.data(),
                               fields.size());
}

inline Status counter_add(std::string_view series, double value) {
    return done_or_error(skep_core_counter_add(series.data(), series.size(), value));
}

inline Status gauge_set(std::string_view series, double value) {
    return done_or_error(skep_core_gauge_set(series.data(), series.size(), value));
}

inline Status histogram_record(std::string_view series, double value) {
    return done_or_error(skep_core_histogram_record(series.data(), series.size(), value));
}

inline void set_attribute(std::string_view key, std::string_view value) {
    skep_core_set_attribute(key.data(), key.size(), value.data(), value.size());
}

inline void add_event(std::string_view name, std::string_view attributes) {
    skep_core_add_event(name.data(), name.size(), attributes.data(), attributes.size());
}

inline Result<std::string> start_span(std::string_view name) {
    return text_or_error(skep_core_start_span(name.data(), name.size()));
}

inline Status end_span(std::string_view id) {
    return done_or_error(skep_core_end_span(id.data(), id.size()));
}

}  // namespace skep::host
