#include "main/check.hpp"

#include <algorithm>

#include "host/host_interfaces.hpp"
#include "main/compiled_file.hpp"
#include "main/up.hpp"
#include "wasm/app.hpp"
#include "wasm/code_cache.hpp"

namespace skep {
namespace {

constexpr std::uint64_t kModuleLimit = 64ULL << 20;

// What modules are compiled by and linked to, as `up` does it.
struct Links {
    static Result<Links> make(const model::Application& application, const Clock& clock) {
        wasm::EngineOptions options{.slots = 1};
        for (const auto& service : application.services)
            options.max_memory = std::max(options.max_memory, service.limits.memory_bytes);
        Links links;
        TRY(links.engine, wasm::Engine::make(options, clock));
        TRY(links.functions, wasm::HostFunctions::make(*links.engine));
        TRY_DO(host::add_all_interfaces(*links.functions));
        return links;
    }

    Result<> check(const model::Service& service, const Environment& environment) const {
        TRY(const auto code, compiled_file(*engine, service.module, environment));
        const auto app = wasm::App::make(*engine, code, *functions, {.max_memory_bytes = service.limits.memory_bytes});
        if (!app)
            return fail(Error(app.error()).within(service.module.string()));
        return {};
    }

    std::unique_ptr<wasm::Engine> engine;
    std::unique_ptr<wasm::HostFunctions> functions;
};

Result<boost::json::object> check_service(const model::Service& service, const Links& links,
                                          const Environment& environment) {
    if (!service.url.empty())
        return boost::json::object{{"service", service.name.value()}, {"kind", "process"}, {"module", service.url}};
    TRY(const std::string module, wasm::read_module(service.module, kModuleLimit));
    const auto found = wasm::inspect(module, wasm::EngineOptions{.max_memory = service.limits.memory_bytes});
    if (!found)
        return fail(Error(found.error()).within(service.module.string()));
    if (!found->kind.is_handler())
        return fail("module_kind_unknown", "{} exports nothing that a request could be given to",
                    service.module.string());
    TRY_DO(links.check(service, environment));
    return boost::json::object{{"service", service.name.value()},
                               {"kind", found->kind.name()},
                               {"module", service.module.string()},
                               {"bytes", module.size()},
                               {"functions", found->functions},
                               {"imports", boost::json::array(found->imports.begin(), found->imports.end())}};
}

}  // namespace

int check(const cli::ProjectOptions& project, const Environment& environment, cli::Output& output) {
    const auto application = load_application(project);
    if (!application)
        return output.fail(application.error());
    const SystemClock clock;
    const auto links = Links::make(*application, clock);
    if (!links)
        return output.fail(links.error());
    cli::Listing listing{.columns = {{"SERVICE", "service"},
                                     {"KIND", "kind"},
                                     {"BYTES", "bytes"},
                                     {"MODULE", "module", cli::Column::Width::wide_only}},
                         .name_member = "service"};
    std::vector<Error> errors;
    for (const auto& service : application->services) {
        auto row = check_service(service, *links, environment);
        if (row)
            listing.rows.push_back(std::move(*row));
        else
            errors.push_back(std::move(row).error().within(service.name.value()));
    }
    if (!errors.empty())
        return output.fail(errors);
    output.print(listing);
    return 0;
}

}  // namespace skep
