#include "builder/dev_loop.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace skep::builder {
namespace {

std::string names_of(const Step& step) {
    return fmt::format("{}", fmt::join(step.services, ", "));
}

std::string text_of(Duration time) {
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
    if (milliseconds < 1000)
        return fmt::format("{} ms", milliseconds);
    return fmt::format("{:.2f} s", static_cast<double>(milliseconds) / 1000);
}

}  // namespace

Result<> DevLoop::begin(model::Application application) {
    application_ = std::move(application);
    plan_ = plan(application_, {});
    TRY_DO(watch());
    if (!plan_.errors.empty())
        ports_.host.show(plan_.errors);
    for (const auto& step : plan_.steps)
        build(step);
    return {};
}

void DevLoop::run() {
    while (!ports_.stop.is_set()) {
        const Batch batch = next_batch();
        if (!ports_.stop.is_set())
            handle(batch);
    }
}

Result<> DevLoop::watch() {
    return ports_.watcher.watch(watched_folders(application_, plan_));
}

Batch DevLoop::next_batch() {
    Batch batch;
    while (!ports_.stop.is_set()) {
        std::optional<std::chrono::milliseconds> patience;
        if (const auto due = batch.due()) {
            patience = std::chrono::ceil<std::chrono::milliseconds>(*due - ports_.clock.now());
            if (patience->count() <= 0)
                break;
        }
        const auto changed = ports_.watcher.wait(patience);
        batch.add(changed, ports_.clock.now());
    }
    return batch;
}

void DevLoop::handle(const Batch& batch) {
    Work work = work_for(batch.paths(), application_, plan_);
    std::vector<std::string> reasons;
    if (work.manifest && follow_manifest(work))
        reasons.push_back(application_.manifest.filename().string());
    if (work.modules)
        reasons.emplace_back("modules");
    for (const auto& step : plan_.steps) {
        if (work.to_build.contains(step.module) && build(step))
            reasons.push_back(names_of(step));
    }
    if (!reasons.empty())
        swap(fmt::format("{}", fmt::join(reasons, ", ")), batch.begin());
}

// The manifest as it is now, with the steps that are new in it; false where it is broken.
bool DevLoop::follow_manifest(Work& work) {
    auto read = ports_.host.read_manifest();
    if (!read) {
        ports_.host.show(read.error());
        ports_.host.tell("the manifest is not taken; what ran before serves on");
        return false;
    }
    const Plan before = std::exchange(plan_, plan(*read, {}));
    application_ = std::move(*read);
    for (const auto& step : plan_.steps) {
        const auto same = std::ranges::find(before.steps, step.module, &Step::module);
        if (same == before.steps.end() || same->source != step.source)
            work.to_build.insert(step.module);
    }
    if (!plan_.errors.empty())
        ports_.host.show(plan_.errors);
    if (const Result<> watched = watch(); !watched)
        ports_.host.show({&watched.error(), 1});
    return true;
}

// Whether there is a new module now.
bool DevLoop::build(const Step& step) {
    ports_.host.tell(fmt::format("{}: building ({})", names_of(step), name_of(step.source.form)));
    const auto built = ports_.host.build(step);
    if (!built) {
        show_failure(step, built.error());
        return false;
    }
    shown_.erase(step.module);
    ports_.host.tell(
        fmt::format("{}: built in {}{}", names_of(step), text_of(built->time), built->is_new ? "" : ", nothing new"));
    return built->is_new;
}

void DevLoop::show_failure(const Step& step, const Error& error) {
    if (error.name() == "cancelled")
        return;
    const std::string text = error.to_string() + error.detail();
    std::string& shown = shown_[step.module];
    const bool is_known = shown == text;
    if (!is_known)
        ports_.host.show({&error, 1});
    shown = text;
    std::error_code fault;
    const bool has_module = std::filesystem::exists(step.module, fault);
    ports_.host.tell(fmt::format("{}: {}{}", names_of(step), is_known ? "the same error as before; " : "",
                                 has_module ? "the last good build serves on" : "there is no build to serve yet"));
}

void DevLoop::swap(const std::string& what, TimePoint saved) {
    const TimePoint begin = ports_.clock.now();
    const Result<> reloaded = ports_.host.reload();
    const TimePoint end = ports_.clock.now();
    if (reloaded)
        ports_.host.tell(fmt::format("{}: serving {} after the save, {} after the build", what, text_of(end - saved),
                                     text_of(end - begin)));
    else
        ports_.host.tell(fmt::format("{}: not all of it could be loaded; what ran before serves on", what));
}

}  // namespace skep::builder
