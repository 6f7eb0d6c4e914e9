#pragma once
// Work: what changed files ask for.

#include <filesystem>
#include <set>
#include <vector>

#include "builder/plan.hpp"

namespace skep::builder {

struct Work {
    bool manifest = false;                     // to be read anew
    bool modules = false;                      // a module that is not built here was replaced
    std::set<std::filesystem::path> to_build;  // modules of steps

    bool is_empty() const { return !manifest && !modules && to_build.empty(); }
};

// A file belongs to the step whose source folder is the nearest above it; source files outside of all may be shared by
// all. The project's folder itself stands for everything. Pure.
Work work_for(const std::set<std::filesystem::path>& changed, const model::Application& application, const Plan& plan);

// Where the application's sources lie: its folder, and source folders outside of it. Pure.
std::vector<std::filesystem::path> watched_folders(const model::Application& application, const Plan& plan);

}  // namespace skep::builder
