// What Skep offers a guest, the same for components and plain modules: calls, settings, secrets,
// log, identity, metrics, trace. wit/README.md holds the contract. What the manifest does not grant
// is an error value.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "skep/detail/form.hpp"
#include "skep/result.hpp"

#if defined(SKEP_WIT)
#include "skep/detail/platform_wit.hpp"
#else
#include "skep/detail/platform_core.hpp"
#endif

namespace skep {

enum class Level { kTrace, kDebug, kInfo, kWarn, kError };

inline std::string_view name_of(Level level) {
    static constexpr std::string_view kNames[] = {"trace", "debug", "info", "warn", "error"};
    return kNames[static_cast<int>(level)];
}

// Calls another service, `method_and_path` as in "GET /users/1", and returns the body of its reply.
// A reply with a status of 400 or more is the error `upstream_status`. Needs `calls = [SERVICE]`.
inline Result<std::string> invoke(std::string_view service, std::string_view method_and_path,
                                  std::string_view body = {}) {
    return host::invoke(service, method_and_path, body);
}

// A value of the manifest's `config`, or none.
inline Result<std::optional<std::string>> config(std::string_view key) {
    return host::config_get(key);
}

// A secret that `secrets = [NAME]` grants.
inline Result<std::string> secret(std::string_view name) {
    return host::secrets_get(name);
}

// One log line, with the request and its trace attached by Skep.
inline void log(Level level, std::string_view message) {
    host::log_write(name_of(level), message);
}

// The same with `fields`, the text of a JSON object.
inline void log(Level level, std::string_view message, std::string_view fields) {
    host::log_write_fields(name_of(level), message, fields);
}

namespace identity {

// `kind`, `service`, `subject`, `tenant` or `issuer` of the caller, or none.
inline Result<std::optional<std::string>> get(std::string_view field) {
    return host::identity_get(field);
}

// A claim of the caller's token as JSON text, or none.
inline Result<std::optional<std::string>> claim(std::string_view name) {
    return host::identity_claim(name);
}

}  // namespace identity

namespace metrics {

// A series is a name, or a name with labels: orders{currency="EUR"}.
inline Status add(std::string_view series, double value = 1) {
    return host::counter_add(series, value);
}
inline Status set(std::string_view series, double value) {
    return host::gauge_set(series, value);
}
inline Status record(std::string_view series, double value) {
    return host::histogram_record(series, value);
}

}  // namespace metrics

namespace trace {

inline void attribute(std::string_view key, std::string_view value) {
    host::set_attribute(key, value);
}

// A moment of the open span; `attributes` is the text of a JSON object, or empty.
inline void event(std::string_view name, std::string_view attributes = {}) {
    host::add_event(name, attributes);
}

// A child span from here to the end of the scope.
class Span {
public:
    explicit Span(std::string_view name) {
        Result<std::string> started = host::start_span(name);
        if (started)
            id_ = std::move(*started);
    }
    ~Span() {
        if (!id_.empty())
            (void)host::end_span(id_);
    }
    Span(const Span&) = delete;
    Span& operator=(const Span&) = delete;

private:
    std::string id_;
};

}  // namespace trace

}  // namespace skep
