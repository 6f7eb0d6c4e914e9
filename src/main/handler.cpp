#include "main/handler.hpp"

#include <cerrno>
#include <cstdlib>

#include "base/files.hpp"
#include "main/compiled_file.hpp"
#include "main/signals.hpp"
#include "main/up.hpp"

namespace skep {
namespace {

// Removed in the end.
class TemporaryFolder {
public:
    static Result<TemporaryFolder> make() {
        std::string pattern = (std::filesystem::temp_directory_path() / "skep-run-XXXXXX").string();
        if (::mkdtemp(pattern.data()) == nullptr)
            return fail(file_error("create", pattern, errno));
        return TemporaryFolder(pattern);
    }
    TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
    TemporaryFolder& operator=(TemporaryFolder&&) = delete;
    ~TemporaryFolder() {
        std::error_code ignored;
        if (!path_.empty())
            std::filesystem::remove_all(path_, ignored);
    }

    const std::filesystem::path& path() const { return path_; }

private:
    explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}
    std::filesystem::path path_;
};

model::Service service_of(const cli::RunOptions& options) {
    model::Service service{.name = model::ServiceName("handler")};
    service.module = std::filesystem::absolute(options.file);
    service.routes = {{.path = "/"}, {.path = "/*"}};
    for (const auto& [name, value] : options.environment)
        service.env[name] = value;
    for (const auto& [host, guest] : options.directories)
        service.files.push_back({.host_path = host, .guest_path = guest, .writable = true});
    if (options.network)
        service.outbound.push_back({.scheme = "http", .is_for_all = true});
    return service;
}

model::Application application_of(const cli::RunOptions& options, const std::filesystem::path& folder) {
    model::Application application;
    application.name = options.file.stem().string();
    application.manifest = folder / "skep.toml";
    application.gateway.listen = options.listen;
    application.control_listen = "127.0.0.1:0";
    application.services = {service_of(options)};
    return application;
}

// Compiles the file before anything listens, so that what is wrong with it is said alone.
Result<> check_handler(const cli::RunOptions& options, const Environment& environment, const Clock& clock) {
    TRY(const auto engine, wasm::Engine::make({.slots = 1}, clock));
    TRY(const auto code, compiled_file(*engine, options.file, environment));
    if (!code->kind().is_handler())
        return fail("module_kind_unknown",
                    "{} exports nothing that a request could be given to; run it without "
                    "--listen",
                    options.file.string());
    return {};
}

}  // namespace

int serve_handler(const cli::RunOptions& options, const Environment& environment, cli::Output& output) {
    const SystemClock clock;
    if (const Result<> checked = check_handler(options, environment, clock); !checked)
        return output.fail(checked.error());
    const auto folder = TemporaryFolder::make();
    if (!folder)
        return output.fail(folder.error());
    raise_descriptor_limit();
    return_large_blocks();
    Signals signals;
    const model::Application application = application_of(options, folder->path());
    auto platform_settings = platform_options({}, environment, {.application = application});
    platform_settings.data_directory = folder->path();
    platform_settings.reread = [application]() -> Result<model::Application> { return application; };
    platform_settings.development = true;
    const auto running = platform::Platform::start(clock, std::move(platform_settings));
    if (!running)
        return output.fail(running.error());
    if ((*running)->service_counts().first == 0)
        return output.fail(error("service_failed", "cannot serve {}", options.file.string()));
    output.note(fmt::format("serving {} on {}", options.file.string(), (*running)->gateway_url()));
    serve_until_stopped(**running, signals);
    drain(**running, signals, output);
    return 0;
}

}  // namespace skep
