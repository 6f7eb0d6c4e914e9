#include "main/check.hpp"

#include "base/files.hpp"
#include "main/up.hpp"
#include "wasm/code.hpp"

namespace skep {
namespace {

constexpr std::uint64_t kModuleLimit = 64ULL << 20;

Result<boost::json::object> check_service(const model::Service& service) {
    if (!service.url.empty())
        return boost::json::object{{"service", service.name.value()}, {"kind", "process"}, {"module", service.url}};
    TRY(const std::string module, read_file(service.module, kModuleLimit));
    const auto found = wasm::inspect(module, wasm::EngineOptions{.max_memory = service.limits.memory_bytes});
    if (!found)
        return fail(Error(found.error()).within(service.module.string()));
    if (!found->kind.is_handler())
        return fail("module_kind_unknown", "{} exports nothing that a request could be given to",
                    service.module.string());
    return boost::json::object{{"service", service.name.value()},
                               {"kind", found->kind.name()},
                               {"module", service.module.string()},
                               {"bytes", module.size()},
                               {"functions", found->functions},
                               {"imports", boost::json::array(found->imports.begin(), found->imports.end())}};
}

}  // namespace

int check(const cli::ProjectOptions& project, cli::Output& output) {
    const auto application = load_application(project);
    if (!application)
        return output.fail(application.error());
    cli::Listing listing{.columns = {{"SERVICE", "service"},
                                     {"KIND", "kind"},
                                     {"BYTES", "bytes"},
                                     {"MODULE", "module", cli::Column::Width::wide_only}},
                         .name_member = "service"};
    std::vector<Error> errors;
    for (const auto& service : application->services) {
        auto row = check_service(service);
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
