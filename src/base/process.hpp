#pragma once
// Other programs, run to their end.

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace skep {

struct ProcessOptions {
    std::chrono::milliseconds timeout{60'000};  // then it is killed
    std::size_t output_limit = 1 << 20;         // bytes kept of its output; the rest is dropped
    std::filesystem::path folder;               // working folder; empty: ours
    std::vector<std::string> env;               // "NAME=value" besides ours
    bool low_priority = false;
    const StopEvent* stop = nullptr;  // where it is set, the program is killed at once
};

struct ProcessEnd {
    int exit_code = 0;   // 128 + signal where it was killed by one
    std::string output;  // stdout and stderr as they came
    bool timed_out = false;
    bool stopped = false;
};

// Cores that this process may use, at least 1.
unsigned core_count();

// Runs `command` (searched in PATH) with empty standard input and waits for its end. Blocking: never on an io thread.
// Fails with `tool_not_found` where it cannot be started. It and its children are killed when it takes too long, or by
// `stop`.
Result<ProcessEnd> run_process(const std::vector<std::string>& command, const ProcessOptions& options);

}  // namespace skep
