#pragma once
// ServiceLoader: a service of the manifest -> something that endpoints can be made of.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "host/service_environment.hpp"
#include "mesh/bulkhead.hpp"
#include "model/application.hpp"
#include "model/route_options.hpp"
#include "store/stores.hpp"
#include "wasm/app.hpp"
#include "wasm/code_cache.hpp"
#include "wasm/host_functions.hpp"

namespace skep::platform {

// One revision of a service. Immutable; shared by all io threads.
struct LoadedService {
    model::Service spec;
    std::string kind;      // "http 0.2", "http 0.3", "cgi", "process"
    std::string revision;  // hex
    std::uint64_t module_bytes = 0;
    std::shared_ptr<const host::ServiceEnvironment> environment;
    std::shared_ptr<const wasm::App> app;        // null for a process
    std::shared_ptr<store::ServiceStore> store;  // null where it has neither data nor keys
    std::size_t migrations = 0;                  // of its store; all are applied
    std::shared_ptr<const model::RouteOptionsTable> routes;
    std::shared_ptr<mesh::Occupancy> occupancy = std::make_shared<mesh::Occupancy>();
};

// Blocking; one caller at a time.
class ServiceLoader {
public:
    // All outlive the loader and what it loads.
    // `told` hears of what was done to stores.
    ServiceLoader(wasm::Engine& engine, wasm::CodeCache& cache, const wasm::HostFunctions& functions,
                  store::Stores& stores, std::function<void(std::string)> told)
        : engine_(engine), cache_(cache), functions_(functions), stores_(stores), told_(std::move(told)) {}

    // Fails as CodeCache::load and App::make do, with `module_kind_unknown`, `import_not_granted` and
    // `secret_not_found`.
    Result<std::shared_ptr<const LoadedService>> load(const model::Service& service,
                                                      const model::Application& application);

private:
    Result<> load_guest(LoadedService& loaded);
    Result<> open_store(LoadedService& loaded);

    wasm::Engine& engine_;
    wasm::CodeCache& cache_;
    const wasm::HostFunctions& functions_;
    store::Stores& stores_;
    std::function<void(std::string)> told_;
    std::shared_ptr<host::MetricNames> metric_names_ = std::make_shared<host::MetricNames>();
};

}  // namespace skep::platform
