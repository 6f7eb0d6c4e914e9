#include "main/up.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "main/host_paths.hpp"
#include "main/signals.hpp"

namespace skep {
namespace {

namespace json = boost::json;

Result<model::Application> first_error_of(std::expected<model::Application, std::vector<Error>> loaded) {
    if (!loaded)
        return fail(std::move(loaded.error().front()));
    return std::move(*loaded);
}

std::string configuration_json(const cli::ProjectOptions& project) {
    const auto loaded = manifest::load(project.manifest, project.layers);
    json::array values;
    if (loaded) {
        for (const auto& origin : loaded->origins)
            values.push_back({{"key", origin.key}, {"value", origin.value}, {"layer", origin.layer}});
    }
    return json::serialize(json::object{{"values", values}}) + "\n";
}

}  // namespace

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
    std::vector<Error> errors;
    for (auto& fault : loaded.error())
        errors.push_back(std::move(fault.error));
    return std::unexpected(std::move(errors));
}

platform::PlatformOptions platform_options(const cli::ProjectOptions& project, const Environment& environment,
                                           model::Application application) {
    const bool for_people = ::isatty(STDERR_FILENO) != 0;
    platform::PlatformOptions options;
    options.data_directory = project.data_dir.empty() ? application.manifest.parent_path() / ".skep" : project.data_dir;
    options.application = std::move(application);
    options.reread = [project] { return first_error_of(load_application(project)); };
    options.describe = [project] { return configuration_json(project); };
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

int up(const cli::ProjectOptions& project, const Environment& environment, cli::Output& output) {
    auto application = load_application(project);
    if (!application)
        return output.fail(application.error());
    raise_descriptor_limit();
    Signals signals;
    const SystemClock clock;
    auto options = platform_options(project, environment, std::move(*application));
    auto running = platform::Platform::start(clock, std::move(options));
    if (!running)
        return output.fail(running.error());
    print_addresses(**running, output);
    // A reload says in the log what it could not load.
    while (signals.wait() == SIGHUP)
        static_cast<void>((*running)->reload());
    output.note("stopping: running requests may end");
    (*running)->drain(kDrainPatience);
    return 0;
}

}  // namespace skep
