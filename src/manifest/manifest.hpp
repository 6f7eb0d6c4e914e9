#pragma once
// skep.toml -> model::Application.

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "model/application.hpp"

namespace skep::manifest {

// One fault of a manifest, with its place.
struct Fault {
    Error error;      // its detail is the line with a caret under the place
    int line = 0;     // from 1; 0 where there is no place
    int column = 0;
};

// What stands above the file: flags and the environment.
struct Layers {
    std::string profile;                                   // "" for none
    std::vector<std::pair<std::string, std::string>> flags;  // "gateway.listen" -> text
    std::vector<std::pair<std::string, std::string>> environment;  // every SKEP_* variable
};

// A value with where it came from, for `config explain`.
struct Origin {
    std::string key;     // "gateway.listen"
    std::string value;   // "<secret>" where it is one
    std::string layer;   // "flag", "environment SKEP_…", "profile staging", "skep.toml:3:1", "default"
    std::vector<std::pair<std::string, std::string>> hidden;  // (layer, value) that it hides
};

struct Loaded {
    model::Application application;
    std::vector<Origin> origins;  // of every scalar key that is set or has a default
};

// The manifest at `path` (a file, or a folder that holds skep.toml), read, merged and checked; paths in it are
// made absolute against its folder. Every fault found is returned, in order of place. Blocking.
using LoadResult = std::expected<Loaded, std::vector<Fault>>;
LoadResult load(const std::filesystem::path& path, const Layers& layers);

// The same for text that stands in a file called `name` in `folder`.
LoadResult parse(std::string_view text, const std::filesystem::path& file, const Layers& layers);

// JSON Schema (2020-12) of the manifest, from the table that parses it.
std::string json_schema();

}  // namespace skep::manifest
