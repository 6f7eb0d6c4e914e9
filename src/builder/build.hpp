#pragma once
// Builds a service's module from its source, with the language's own tool.

#include <chrono>
#include <cstdint>
#include <filesystem>

#include "base/result.hpp"
#include "base/stop_event.hpp"
#include "builder/source.hpp"
#include "builder/tool_commands.hpp"

namespace skep::builder {

struct BuildSettings {
    std::filesystem::path cache;  // Skep's folder for what can be made again
    DebugInfo debug = DebugInfo::strip;
    const StopEvent* stop = nullptr;  // ends the build
};

struct Built {
    std::uint64_t bytes = 0;
    std::chrono::milliseconds time{0};
    bool is_new = true;  // other bytes than lay there before
};

// Builds `source` and puts the result at `module`, in one step, unless it is there already. Blocking. Fails with
// `build_failed`, the tool's output as detail, or `tool_not_found`.
Result<Built> build(const Source& source, const std::filesystem::path& module, const BuildSettings& settings);

}  // namespace skep::builder
