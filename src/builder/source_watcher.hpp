#pragma once
// SourceWatcher: tells which files of a project were changed.

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/result.hpp"
#include "base/stop_event.hpp"

namespace skep::builder {

// Used by one thread, which it blocks.
class SourceWatcher {
public:
    virtual ~SourceWatcher() = default;

    // Watches `roots` and everything below them but what `is_ignored`, in the place of what it watched before.
    virtual Result<> watch(const std::vector<std::filesystem::path>& roots) = 0;

    // Waits until something changed, at most for `patience`, or until it is stopped: then nothing. The files that were
    // written, moved or removed; a root itself where some may have been missed.
    virtual std::vector<std::filesystem::path> wait(std::optional<std::chrono::milliseconds> patience) = 0;
};

// By inotify. `stop` outlives the watcher.
Result<std::unique_ptr<SourceWatcher>> make_inotify_watcher(const StopEvent& stop);

}  // namespace skep::builder
