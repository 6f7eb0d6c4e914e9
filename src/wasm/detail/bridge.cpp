#include "wasm/detail/bridge.hpp"

#include "model/field_roles.hpp"
#include "wasm/engine.hpp"

namespace skep::wasm {
namespace {

// What the library tells apart more finely than users need to, by our reason and what to say of it.
struct Told {
    std::string_view code;
    std::string_view reason;
    std::string_view what;
};
constexpr Told kTold[] = {
    {"guest_cpu_limit", "guest_timeout", "it used up its CPU time (limits.cpu)"},
    {"guest_field_limit", "guest_limit_exceeded", "its header fields are larger than they may be"},
    {"guest_handle_limit", "guest_limit_exceeded", "it holds more handles than it may"},
    {"guest_table_limit", "guest_limit_exceeded", "it asked for a larger table than it may have"},
    {"request_invalid", "malformed_request", "no guest can be given this request"},
};

Error named_error(std::string_view code, std::string message) {
    for (const Told& told : kTold) {
        if (told.code == code)
            return Error(reason_named(told.reason), std::move(message)).within(told.what);
    }
    return Error(reason_named(code), std::move(message));
}

}  // namespace

std::vector<skep_header> to_raw(const model::Headers& headers) {
    std::vector<skep_header> raw;
    raw.reserve(headers.size());
    for (const auto& field : headers)
        raw.push_back({to_raw(field.name), to_raw(field.value)});
    return raw;
}

model::Headers to_headers(const skep_headers& headers) {
    model::Headers copied;
    std::size_t text_bytes = 0;
    for (std::size_t i = 0; i < headers.count; ++i)
        text_bytes += headers.items[i].name.len + headers.items[i].value.len;
    copied.reserve(headers.count + 2, text_bytes + 64);
    for (std::size_t i = 0; i < headers.count; ++i)
        copied.add(to_view(headers.items[i].name), to_view(headers.items[i].value));
    return copied;
}

model::Headers to_trailers(const skep_headers& headers) {
    model::Headers trailers = to_headers(headers);
    model::remove_forbidden_trailers(trailers);
    return trailers;
}

Error to_error(const skep_error& error) {
    Error ours = named_error(to_view(skep_error_code(&error)), std::string(to_view(skep_error_message(&error))));
    const std::int64_t offset = skep_error_offset(&error);
    std::string detail(to_view(skep_error_backtrace(&error)));
    if (offset >= 0)
        return std::move(ours).within(fmt::format("at offset 0x{:x}", offset)).with_detail(std::move(detail));
    return std::move(ours).with_detail(std::move(detail));
}

Error take_error(skep_error* error) {
    if (error == nullptr)
        return internal("the engine failed and did not say why");
    Error ours = to_error(*error);
    skep_error_free(error);
    return ours;
}

skep_options to_raw(const EngineOptions& options) {
    skep_options raw{};
    raw.slots = options.slots;
    raw.memory_budget = options.memory_budget;
    raw.max_memory = options.max_memory;
    raw.disable_pagemap_scan = options.page_map_scan ? 0 : 1;
    raw.sanitizer = options.sanitizer ? 1 : 0;
    return raw;
}

}  // namespace skep::wasm
