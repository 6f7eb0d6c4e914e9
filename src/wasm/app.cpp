#include "wasm/app.hpp"

#include "wasm/detail/bridge.hpp"

namespace skep::wasm {
namespace {

// The settings' parts as the library reads them; views into `settings`.
struct RawSettings {
    explicit RawSettings(const AppSettings& settings) {
        for (const auto& [name, value] : settings.env)
            env.push_back({to_raw(name), to_raw(value)});
        for (const auto& arg : settings.args)
            args.push_back(to_raw(arg));
        for (const auto& grant : settings.directories)
            directories.push_back({.host_path = to_raw(grant.host_path.native()),
                                   .guest_path = to_raw(grant.guest_path),
                                   .writable = static_cast<std::uint8_t>(grant.writable ? 1 : 0),
                                   .reserved = {}});
    }
    std::vector<skep_header> env;
    std::vector<skep_bytes> args;
    std::vector<skep_directory> directories;
};

}  // namespace

Result<std::shared_ptr<const App>> App::make(Engine& engine, std::shared_ptr<const Code> code,
                                             const HostFunctions& functions, const AppSettings& settings) {
    const RawSettings parts(settings);
    skep_settings raw{};
    raw.env = parts.env.data();
    raw.env_count = parts.env.size();
    raw.args = parts.args.data();
    raw.arg_count = parts.args.size();
    raw.directories = parts.directories.data();
    raw.directory_count = parts.directories.size();
    raw.max_memory = settings.max_memory_bytes;
    raw.reuse = settings.reuse;
    raw.inherit_network = settings.inherit_network ? 1 : 0;
    skep_error* failure = nullptr;
    skep_app* app = skep_app_new(engine.raw(), code->raw(), functions.raw(), &raw, &failure);
    if (app == nullptr)
        return fail(take_error(failure));
    const bool reuses = settings.reuse > 1 || code->kind().http_03;
    return std::shared_ptr<const App>(new App(engine, std::move(code), app, reuses));
}

App::~App() {
    skep_app_free(raw_);
}

Result<std::unique_ptr<Pool>> Pool::make(std::shared_ptr<const App> app) {
    if (!app->reuses_instances())
        return std::unique_ptr<Pool>(new Pool(std::move(app), nullptr));
    skep_error* failure = nullptr;
    skep_pool* raw = skep_pool_new(app->raw(), &failure);
    if (raw == nullptr)
        return fail(take_error(failure));
    return std::unique_ptr<Pool>(new Pool(std::move(app), raw));
}

Pool::~Pool() {
    if (raw_ != nullptr)
        skep_pool_free(raw_);
}

std::size_t Pool::trim(std::chrono::nanoseconds idle) {
    return raw_ == nullptr ? 0 : skep_pool_trim(raw_, static_cast<std::uint64_t>(idle.count()));
}

}  // namespace skep::wasm
