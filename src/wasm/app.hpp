#pragma once
// App: code linked to host functions and grants, ready to be run; Pool: its instances that wait for reuse.

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "model/application.hpp"
#include "wasm/code.hpp"
#include "wasm/host_functions.hpp"

struct skep_app;
struct skep_pool;

namespace skep::wasm {

struct AppSettings {
    std::map<std::string, std::string> env;
    std::vector<std::string> args;
    std::vector<model::FileGrant> directories;
    std::uint64_t max_memory_bytes = 0;  // 0: the engine's
    std::uint32_t reuse = 0;             // requests per instance; 0: the kind's default
    bool inherit_network = false;        // only for `skep run`
};

// Shared by every io thread; guests keep it alive.
class App {
public:
    // Fails with `import_unknown`, naming the import. `functions` outlive the app.
    static Result<std::shared_ptr<const App>> make(Engine& engine, std::shared_ptr<const Code> code,
                                                   const HostFunctions& functions, const AppSettings& settings);
    ~App();
    App(const App&) = delete;
    App& operator=(const App&) = delete;

    const Code& code() const { return *code_; }
    Engine& engine() const { return engine_; }
    skep_app* raw() const { return raw_; }
    bool reuses_instances() const { return reuses_; }

private:
    App(Engine& engine, std::shared_ptr<const Code> code, skep_app* raw, bool reuses)
        : engine_(engine), code_(std::move(code)), raw_(raw), reuses_(reuses) {}
    Engine& engine_;
    std::shared_ptr<const Code> code_;
    skep_app* raw_;
    bool reuses_;
};

// The idle instances of one app on one io thread. Outlives the guests that run from it.
class Pool {
public:
    static Result<std::unique_ptr<Pool>> make(std::shared_ptr<const App> app);
    ~Pool();
    Pool(const Pool&) = delete;
    Pool& operator=(const Pool&) = delete;

    // Drops instances idle for `idle` or longer. Returns how many are left.
    std::size_t trim(std::chrono::nanoseconds idle);

    const std::shared_ptr<const App>& app() const { return app_; }
    skep_pool* raw() const { return raw_; }  // null where instances are not reused

private:
    Pool(std::shared_ptr<const App> app, skep_pool* raw) : app_(std::move(app)), raw_(raw) {}
    std::shared_ptr<const App> app_;
    skep_pool* raw_;
};

}  // namespace skep::wasm
