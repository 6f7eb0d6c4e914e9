#pragma once
// skep.toml -> model::Application.

#include <cstdint>
#include <expected>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "model/application.hpp"

namespace skep::manifest {

// One fault of a manifest, with its place.
struct Fault {
    Error error;   // "skep.toml:7:3: …"; its detail is the line with a caret under the place
    int line = 0;  // from 1; 0 where there is no place
    int column = 0;
};

// Whether a module or granted file that is not there is a fault: not to `build`, which makes it. To `up` a module is
// none of the manifest's: it keeps its service alone from starting.
enum class FileChecks : std::uint8_t { must_exist, modules_may_be_missing, may_be_missing };

// What stands above the file, from the strongest: flags, the environment, a profile.
struct Layers {
    std::string profile;                                           // "" for none
    std::vector<std::pair<std::string, std::string>> flags;        // "gateway.listen" -> text
    std::vector<std::pair<std::string, std::string>> environment;  // every SKEP_* variable; SKEP_A__B stands for a.b
    FileChecks files = FileChecks::must_exist;
};

// A value with where it came from, for `config explain`.
struct Origin {
    std::string key;    // "gateway.listen"
    std::string value;  // "<secret>" where it is one
    std::string layer;  // "flag", "environment SKEP_…", "profile staging, skep.toml:9:1",
                        // "skep.toml:3:1", "default"
    std::vector<std::pair<std::string, std::string>> hidden;  // (layer, value) that it hides, the strongest first
};

struct Loaded {
    model::Application application;
    std::vector<Origin> origins;  // of every scalar key that is set or has a default
};

// The manifest at `path` (a file, or a folder that holds skep.toml; at most 8 MiB), read, merged
// and checked; paths in it are made absolute against its folder. Fails with the faults found, the
// first 100, in order of place. Blocking.
using LoadResult = std::expected<Loaded, std::vector<Fault>>;
LoadResult load(const std::filesystem::path& path, const Layers& layers);

// The same for `text`, which stands in `file` (absolute; it need not exist).
LoadResult parse(std::string_view text, const std::filesystem::path& file, const Layers& layers);

// The file that `path` means, absolute: itself, or skep.toml in it. Fails with
// `manifest_not_found`.
Result<std::filesystem::path> find_manifest(const std::filesystem::path& path);

// JSON Schema (2020-12) of the manifest, from the table that parses it.
std::string json_schema();

// The keys as tables of Markdown, from the same table.
std::string reference();

// Every key's pattern, "services.*.limits.memory", for completion.
std::vector<std::string_view> key_patterns();

}  // namespace skep::manifest
