#pragma once
// The one table of the manifest's keys: what parses, explains, completes and documents each of
// them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "manifest/detail/document.hpp"
#include "model/application.hpp"

namespace skep::manifest {

// A key's parts, "services", "users", "module".
using KeyPath = std::vector<std::string>;

std::string join(const KeyPath& path);

// How a value is written and read.
enum class ValueType : std::uint8_t {
    text,
    boolean,
    count,     // an integer
    duration,  // "2s"
    size,      // "64MiB"
    address,   // "127.0.0.1:8080"
    url,       // "http://127.0.0.1:9001"
    path,      // of a file, relative to the manifest's folder
    level,     // of the log
    choice,    // one of the key's own words
    match,     // of a route's options: "POST /orders/search"
    services,  // names of services
    names,     // names of secrets
    routes,
    files,
    outbound,
    route_options,
};

// Where a key's value is stored: the application, and, for keys within them, the service, secret or options of a route,
// and the last part of a key that users name (`env.CURRENCY`).
struct Target {
    model::Application* application = nullptr;
    model::Service* service = nullptr;
    model::SecretSource* secret = nullptr;
    model::RouteOptions* route_options = nullptr;
    std::string name;
    std::filesystem::path folder;  // that relative paths start from
};

using Field = std::variant<std::string& (*)(Target&), bool& (*)(Target&), int& (*)(Target&),
                           std::uint32_t& (*)(Target&), std::uint64_t& (*)(Target&),
                           std::optional<std::uint32_t>& (*)(Target&), std::chrono::milliseconds& (*)(Target&),
                           std::filesystem::path& (*)(Target&), std::vector<std::string>& (*)(Target&),
                           std::vector<model::ServiceName>& (*)(Target&), std::vector<model::Route>& (*)(Target&),
                           std::vector<model::FileGrant>& (*)(Target&), std::vector<model::OutboundGrant>& (*)(Target&),
                           std::optional<bool>& (*)(Target&), std::optional<std::chrono::milliseconds>& (*)(Target&),
                           model::Route& (*)(Target&), std::optional<model::TransactionMode>& (*)(Target&),
                           model::BatchMode& (*)(Target&), std::vector<model::RouteOptions>& (*)(Target&)>;

// Bounds of a count, of a size in bytes, of a duration in milliseconds.
struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;
};

struct Key {
    std::string_view pattern;  // "services.*.module": "*" stands for a name that users choose
    ValueType type;
    Field field;
    std::string_view doc;                // one sentence
    Range range = {};                    // of numbers
    std::string_view default_note = {};  // said in place of an empty default
    bool secret = false;
    std::span<const std::string_view> choices = {};  // in the order of their enumeration, where they have one
};

// A key that is true or false may have keys beneath it: a table in its place means true (`data = { ddl = true }`).
std::span<const Key> all_keys();

// The keys of one entry of `route_options`; their patterns begin with "route_options".
std::span<const Key> route_option_keys();

// A key of a feature that this version does not have; it stands for all that is beneath it too.
struct FeatureKey {
    std::string_view pattern;
    std::string_view feature;
};

std::span<const FeatureKey> all_feature_keys();

// The levels that `log_level` takes.
std::span<const std::string_view> log_levels();

// The key at `path`, or nullptr.
const Key* find_key(const KeyPath& path, std::span<const Key> keys = all_keys());
const FeatureKey* find_feature(const KeyPath& path);

// Whether `path` is above a key: a table that may be written.
bool is_section(const KeyPath& path, std::span<const Key> keys = all_keys());

// Whether what follows `path` is a name that users choose.
bool has_free_names(const KeyPath& path, std::span<const Key> keys = all_keys());

// The known names that may follow `path`, not those that users choose; `names_below` also with
// those of features.
std::vector<std::string_view> known_names_below(const KeyPath& path, std::span<const Key> keys = all_keys());
std::vector<std::string_view> names_below(const KeyPath& path);

// The value of `key` in a target that nobody has changed, as the manifest writes it; "" where there
// is none.
std::string default_of(const Key& key);

}  // namespace skep::manifest
