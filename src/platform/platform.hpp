#pragma once
// Platform: an application -> the objects that run it.

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "model/application.hpp"
#include "platform/log_writer.hpp"
#include "wasm/engine.hpp"

namespace skep::platform {

struct PlatformOptions {
    model::Application application;
    // Reads the manifest anew, for a reload. Called on a thread that may block.
    std::function<Result<model::Application>()> reread;
    // The effective configuration as JSON, for `skep config explain`.
    std::function<std::string()> describe;
    std::filesystem::path data_directory;
    std::filesystem::path code_cache;
    std::vector<std::string> compile_command;  // see wasm::CodeCache
    std::string version;                       // of Skep
    LogFormat log_format = LogFormat::text;
    bool development = false;
    wasm::EngineOptions engine;
};

// Everything that runs, from the listening sockets to the engine. Made, reloaded and stopped by one thread, which may
// block.
class Platform {
public:
    // Claims the data directory, loads the services and listens. A service that cannot be loaded is logged and answers
    // 503; the others run. Fails with `data_directory_locked`, `port_in_use` and the like.
    static Result<std::unique_ptr<Platform>> start(const Clock& clock, PlatformOptions options);
    // Stops at once; `drain` before, to end in good order.
    ~Platform();
    Platform(const Platform&) = delete;
    Platform& operator=(const Platform&) = delete;

    // Reads the manifest and loads what changed. What does not load goes on as before; the error names it.
    Result<> reload();

    // Stops accepting, lets running requests end, at most until `patience` is over.
    void drain(std::chrono::milliseconds patience);

    std::string gateway_url() const;
    std::string control_url() const;
    // Services that run, of all.
    std::pair<std::size_t, std::size_t> service_counts() const;

private:
    struct State;
    explicit Platform(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace skep::platform
