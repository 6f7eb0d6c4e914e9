#include "main/up.hpp"

#include <algorithm>
#include <malloc.h>
#include <mutex>
#include <sys/resource.h>
#include <unistd.h>

#include "main/host_paths.hpp"

namespace skep {
namespace {

// Reads the manifest anew for each reload and keeps the settings of the last one that could be read: those in force,
// but for what a reload says needs a restart. Any thread.
class SettingsInForce {
public:
    SettingsInForce(cli::ProjectOptions project, const std::vector<manifest::Origin>& origins)
        : project_(std::move(project)), settings_(cli::describe(origins)) {}

    Result<model::Application> reread() {
        auto loaded = manifest::load(project_.manifest, project_.layers);
        if (!loaded)
            return fail(std::move(loaded.error().front().error));
        const std::lock_guard lock(mutex_);
        settings_ = cli::describe(loaded->origins);
        return std::move(loaded->application);
    }

    std::string settings() const {
        const std::lock_guard lock(mutex_);
        return settings_;
    }

private:
    cli::ProjectOptions project_;
    mutable std::mutex mutex_;
    std::string settings_;
};

}  // namespace

// The allocator would raise this by itself to the largest block that was freed, and keep such blocks of then on.
void return_large_blocks() {
    constexpr int kLargeBlock = 1 << 20;
    mallopt(M_MMAP_THRESHOLD, kLargeBlock);
}

void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

std::expected<model::Application, std::vector<Error>> load_application(const cli::ProjectOptions& project) {
    auto loaded = manifest::load(project.manifest, project.layers);
    if (loaded)
        return std::move(loaded->application);
    return std::unexpected(cli::errors_of(std::move(loaded.error())));
}

platform::PlatformOptions platform_options(const cli::ProjectOptions& project, const Environment& environment,
                                           manifest::Loaded loaded) {
    const bool for_people = ::isatty(STDERR_FILENO) != 0;
    platform::PlatformOptions options;
    const auto in_force = std::make_shared<SettingsInForce>(project, loaded.origins);
    options.application = std::move(loaded.application);
    options.data_directory =
        project.data_dir.empty() ? options.application.manifest.parent_path() / ".skep" : project.data_dir;
    options.reread = [in_force] { return in_force->reread(); };
    options.describe = [in_force] { return in_force->settings(); };
    options.code_cache = cache_folder(environment) / "code";
    options.compile_command = {"/proc/self/exe", "__compile"};
    options.version = SKEP_VERSION;
    options.log_format = for_people ? platform::LogFormat::text : platform::LogFormat::json;
    options.engine.slots = options.application.runtime.slots.value_or(0);
    return options;
}

void print_addresses(const platform::Platform& running, cli::Output& output) {
    const auto [well, all] = running.service_counts();
    cli::Listing listing{
        .kind = cli::Listing::Kind::one,
        .columns = {
            {"application", "application"}, {"control", "control"}, {"metrics", "metrics"}, {"services", "services"}}};
    listing.rows.push_back({{"application", running.gateway_url()},
                            {"control", running.control_url()},
                            {"metrics", running.control_url() + "/metrics"},
                            {"services", fmt::format("{} of {} running", well, all)}});
    listing.name_member = "application";
    output.print(listing);
}

void serve_until_stopped(platform::Platform& running, Signals& signals) {
    // The log says what could not be loaded.
    while (signals.wait() == SIGHUP) [[maybe_unused]]
        const Result<> reloaded = running.reload();
}

void drain(platform::Platform& running, Signals& signals, cli::Output& output) {
    output.note("stopping: running requests may end; a second signal stops at once");
    signals.end_by_the_next();
    running.drain(kDrainPatience);
}

int up(const cli::ProjectOptions& given, const Environment& environment, cli::Output& output) {
    cli::ProjectOptions project = given;
    project.layers.files = manifest::FileChecks::modules_may_be_missing;
    auto loaded = manifest::load(project.manifest, project.layers);
    if (!loaded)
        return output.fail(cli::errors_of(std::move(loaded.error())));
    raise_descriptor_limit();
    return_large_blocks();
    Signals signals;
    const SystemClock clock;
    auto options = platform_options(project, environment, std::move(*loaded));
    auto running = platform::Platform::start(clock, std::move(options));
    if (!running)
        return output.fail(running.error());
    print_addresses(**running, output);
    serve_until_stopped(**running, signals);
    drain(**running, signals, output);
    return 0;
}

}  // namespace skep
