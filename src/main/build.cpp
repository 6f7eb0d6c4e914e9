#include "main/build.hpp"

#include <fmt/format.h>

#include "builder/build.hpp"
#include "builder/plan.hpp"
#include "main/host_paths.hpp"
#include "main/up.hpp"

namespace skep {
namespace {

constexpr int kPartlyDone = 8;

boost::json::object row_of(const std::string& service, const builder::Step& step, const builder::Built& built) {
    return {{"service", service},
            {"form", builder::name_of(step.source.form)},
            {"bytes", built.bytes},
            {"milliseconds", built.time.count()},
            {"module", step.module.string()}};
}

}  // namespace

int build(const cli::BuildOptions& options, const Environment& environment, cli::Output& output) {
    const auto application = load_application(options.project);
    if (!application)
        return output.fail(application.error());
    auto [steps, errors] = builder::plan(*application, options.services);
    const builder::BuildSettings settings{.cache = cache_folder(environment)};
    cli::Listing listing{.columns = {{"SERVICE", "service"},
                                     {"FORM", "form"},
                                     {"BYTES", "bytes"},
                                     {"MILLISECONDS", "milliseconds"},
                                     {"MODULE", "module", cli::Column::Width::wide_only}},
                         .name_member = "service"};
    for (const auto& step : steps) {
        const std::string services = fmt::format("{}", fmt::join(step.services, ", "));
        output.note(fmt::format("building {} ({})", services, builder::name_of(step.source.form)));
        const auto built = builder::build(step.source, step.module, settings);
        if (!built)
            errors.push_back(Error(built.error()).within(services));
        for (const auto& service : built ? step.services : std::vector<std::string>())
            listing.rows.push_back(row_of(service, step, *built));
    }
    if (!listing.rows.empty() || errors.empty())
        output.print(listing);
    if (errors.empty())
        return 0;
    const int code = output.fail(errors);
    return listing.rows.empty() ? code : kPartlyDone;
}

}  // namespace skep
