#include "builder/plan.hpp"

#include <algorithm>

namespace skep::builder {
namespace {

bool is_named(const model::Service& service, std::span<const std::string> names) {
    return names.empty() || std::ranges::find(names, service.name.value()) != names.end();
}

std::string known_names(const model::Application& application) {
    std::string all;
    for (const auto& service : application.services)
        all += (all.empty() ? "" : ", ") + service.name.value();
    return all;
}

void add_step(Plan& plan, const model::Service& service, const std::filesystem::path& project) {
    const auto same = std::ranges::find(plan.steps, service.module, &Step::module);
    if (same != plan.steps.end()) {
        same->services.push_back(service.name.value());
        return;
    }
    if (auto source = find_source(service.module, project))
        plan.steps.push_back({{service.name.value()}, service.module, std::move(*source)});
    else if (std::error_code fault; !std::filesystem::exists(service.module, fault))
        plan.errors.push_back(
            not_found("service '{}': neither {} nor a source of it is there: Cargo.toml, main.cpp "
                      "or main.c, in its folder or one above",
                      service.name.value(), service.module.string()));
}

}  // namespace

Plan plan(const model::Application& application, std::span<const std::string> names) {
    Plan plan;
    for (const auto& name : names) {
        const auto has_name = [&](const model::Service& service) { return service.name.value() == name; };
        if (std::ranges::none_of(application.services, has_name))
            plan.errors.push_back(
                error("service_not_found", "there is no service '{}'; there are: {}", name, known_names(application)));
    }
    for (const auto& service : application.services) {
        if (service.url.empty() && is_named(service, names))
            add_step(plan, service, application.manifest.parent_path());
    }
    return plan;
}

}  // namespace skep::builder
