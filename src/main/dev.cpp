#include "main/dev.hpp"

#include "async/blocking_pool.hpp"
#include "builder/dev_loop.hpp"
#include "main/host_paths.hpp"
#include "main/signals.hpp"
#include "main/up.hpp"

namespace skep {
namespace {

class ProjectDevHost final : public builder::DevHost {
public:
    ProjectDevHost(const cli::ProjectOptions& project, builder::BuildSettings settings, cli::Output& output)
        : project_(project), settings_(std::move(settings)), output_(output) {}

    // Set before the loop runs.
    platform::Platform* running = nullptr;

    std::expected<model::Application, std::vector<Error>> read_manifest() override {
        return load_application(project_);
    }
    Result<builder::Built> build(const builder::Step& step) override {
        return builder::build(step.source, step.module, settings_);
    }
    Result<> reload() override { return running->reload(); }
    void tell(const std::string& line) override { output_.note(line); }
    void show(std::span<const Error> errors) override { static_cast<void>(output_.fail(errors)); }

private:
    const cli::ProjectOptions& project_;
    builder::BuildSettings settings_;
    cli::Output& output_;
};

// Serves until a signal ends it, while `loop` follows the sources on a thread of its own.
void follow(platform::Platform& running, builder::DevLoop& loop, Signals& signals, StopEvent& stop) {
    async::BlockingPool thread(1, 1);
    thread.submit([&loop] { loop.run(); });
    serve_until_stopped(running, signals);
    stop.set();
}

}  // namespace

int dev(const cli::ProjectOptions& given, const Environment& environment, cli::Output& output) {
    cli::ProjectOptions project = given;
    project.layers.files = manifest::FileChecks::may_be_missing;
    auto loaded = manifest::load(project.manifest, project.layers);
    if (!loaded)
        return output.fail(cli::errors_of(std::move(loaded.error())));
    const SystemClock clock;
    StopEvent stop;
    const auto watcher = builder::make_inotify_watcher(stop);
    if (!watcher)
        return output.fail(watcher.error());
    const builder::BuildSettings settings{cache_folder(environment), builder::DebugInfo::keep, &stop};
    ProjectDevHost host(project, settings, output);
    builder::DevLoop loop({host, **watcher, clock, stop});
    if (const Result<> begun = loop.begin(loaded->application); !begun)
        return output.fail(begun.error());
    raise_descriptor_limit();
    return_large_blocks();
    Signals signals;
    auto options = platform_options(project, environment, std::move(*loaded));
    options.development = true;
    const auto running = platform::Platform::start(clock, std::move(options));
    if (!running)
        return output.fail(running.error());
    print_addresses(**running, output);
    host.running = running->get();
    follow(**running, loop, signals, stop);
    drain(**running, signals, output);
    return 0;
}

}  // namespace skep
