#include "builder/work.hpp"

#include <algorithm>
#include <array>

namespace skep::builder {
namespace {

namespace fs = std::filesystem;

bool is_below(const fs::path& path, const fs::path& folder) {
    return std::ranges::mismatch(folder, path).in1 == folder.end();
}

bool is_source(const fs::path& path) {
    constexpr auto kExtensions =
        std::to_array<std::string_view>({".c", ".cc", ".cpp", ".h", ".hh", ".hpp", ".rs", ".toml", ".wit"});
    return std::ranges::find(kExtensions, path.extension().native()) != kExtensions.end();
}

const Step* nearest_step(const fs::path& path, const Plan& plan) {
    const Step* nearest = nullptr;
    for (const auto& step : plan.steps) {
        const bool is_nearer =
            nearest == nullptr || step.source.folder.native().size() > nearest->source.folder.native().size();
        if (is_nearer && is_below(path, step.source.folder))
            nearest = &step;
    }
    return nearest;
}

bool is_module(const fs::path& path, const model::Application& application, const Plan& plan) {
    return std::ranges::find(application.services, path, &model::Service::module) != application.services.end() &&
           std::ranges::find(plan.steps, path, &Step::module) == plan.steps.end();
}

void add_all(const Plan& plan, Work& work) {
    for (const auto& step : plan.steps)
        work.to_build.insert(step.module);
}

void add(const fs::path& path, const model::Application& application, const Plan& plan, Work& work) {
    if (path == application.manifest)
        work.manifest = true;
    else if (path.extension() == ".wasm")
        work.modules = work.modules || is_module(path, application, plan);
    else if (const Step* step = nearest_step(path, plan))
        work.to_build.insert(step->module);
    else if (is_source(path))
        add_all(plan, work);
}

}  // namespace

Work work_for(const std::set<fs::path>& changed, const model::Application& application, const Plan& plan) {
    Work work;
    for (const auto& path : changed)
        add(path, application, plan, work);
    if (changed.contains(application.manifest.parent_path())) {
        work.manifest = true;
        work.modules = true;
        add_all(plan, work);
    }
    return work;
}

std::vector<fs::path> watched_folders(const model::Application& application, const Plan& plan) {
    std::vector<fs::path> folders{application.manifest.parent_path()};
    for (const auto& step : plan.steps) {
        const auto covers = [&](const fs::path& folder) { return is_below(step.source.folder, folder); };
        if (std::ranges::none_of(folders, covers))
            folders.push_back(step.source.folder);
    }
    return folders;
}

}  // namespace skep::builder
