#include "platform/service_loader.hpp"

#include <algorithm>

#include "base/files.hpp"
#include "base/utf8.hpp"

namespace skep::platform {
namespace {

Result<std::string> secret_value(const model::Application& application, const std::string& name) {
    const auto found = std::ranges::find(application.secrets, name, &model::SecretSource::name);
    if (found == application.secrets.end())
        return fail("secret_not_found", "there is no secret '{0}': set it under [secrets] or as SKEP_SECRETS__{0}",
                    name);
    if (found->file.empty())
        return found->value;
    TRY(std::string value, read_file(found->file, 64 << 10));
    while (value.ends_with('\n') || value.ends_with('\r'))
        value.pop_back();
    return value;
}

Result<std::shared_ptr<const host::ServiceEnvironment>> environment_of(
    const model::Service& service, const model::Application& application,
    std::shared_ptr<host::MetricNames> metric_names) {
    auto environment = std::make_shared<host::ServiceEnvironment>();
    environment->name = service.name;
    for (const auto& called : service.calls)
        environment->calls.insert(called.value());
    for (const auto& [key, value] : service.config) {
        if (!is_utf8(value))
            return fail("manifest_invalid_value", "services.{}.config.{} is not UTF-8", service.name.value(), key);
        environment->config.emplace(key, value);
    }
    environment->outbound = service.outbound;
    environment->log_level = parse_log_level(service.log_level).value_or(LogLevel::info);
    environment->log_bytes_per_second = service.limits.log_bytes_per_second;
    environment->data = service.data.enabled;
    environment->kv = service.kv;
    environment->outbound_calls = service.limits.outbound_calls;
    environment->metrics = std::make_shared<host::GuestMetrics>(std::move(metric_names));
    for (const auto& name : service.secrets) {
        TRY(environment->secrets[name], secret_value(application, name));
    }
    return environment;
}

wasm::AppSettings settings_of(const model::Service& service) {
    wasm::AppSettings settings;
    settings.env = service.env;
    settings.env["SERVICE_NAME"] = service.name.value();
    settings.env["SERVICE_VERSION"] = service.version;
    settings.env["LOG_LEVEL"] = service.log_level;
    settings.args = {service.name.value()};
    settings.directories = service.files;
    settings.max_memory_bytes = service.limits.memory_bytes;
    settings.reuse = service.reuse.value_or(0);
    return settings;
}

// Imports that are nothing without a grant.
Result<> check_grants(const model::Service& service, const std::vector<std::string>& imports) {
    const bool wants_secrets = std::ranges::any_of(imports, [](const std::string& import) {
        return import.starts_with("skep:platform/secrets@") || import == "secrets.get";
    });
    if (wants_secrets && service.secrets.empty())
        return fail("import_not_granted", "the module imports secrets: add secrets = [\"NAME\"] to [services.{}]",
                    service.name.value());
    return {};
}

}  // namespace

Result<std::shared_ptr<const LoadedService>> ServiceLoader::load(const model::Service& service,
                                                                 const model::Application& application) {
    auto loaded = std::make_shared<LoadedService>();
    loaded->spec = service;
    TRY(loaded->environment, environment_of(service, application, metric_names_));
    if (service.url.empty()) {
        TRY_DO(load_guest(*loaded));
    } else {
        loaded->kind = "process";
        loaded->revision = service.url;
    }
    return loaded;
}

// Last of all: what was migrated does not go back.
Result<> ServiceLoader::open_store(LoadedService& loaded) {
    if (!loaded.spec.data.enabled && !loaded.spec.kv)
        return {};
    loaded.store = stores_.of(loaded.spec);
    if (loaded.spec.migrations.empty())
        return {};
    TRY(const std::vector<std::string> applied, loaded.store->migrate(loaded.spec.migrations));
    for (const auto& name : applied)
        told_(fmt::format("service '{}': applied migration {}", loaded.spec.name.value(), name));
    TRY(const std::vector<store::Migration> all, store::read_migrations(loaded.spec.migrations));
    loaded.migrations = all.size();
    return {};
}

Result<> ServiceLoader::load_guest(LoadedService& loaded) {
    TRY(const std::shared_ptr<const wasm::Code> code, cache_.load(loaded.spec.module));
    const wasm::ModuleKind kind = code->kind();
    if (!kind.is_handler())
        return fail("module_kind_unknown",
                    "{} exports neither wasi:http/incoming-handler nor wasi:http/handler nor _start",
                    loaded.spec.module.string());
    TRY_DO(check_grants(loaded.spec, code->imports()));
    if (loaded.spec.limits.memory_bytes > engine_.options().max_memory)
        return fail("resource_exhausted", "limits.memory is more than this process was started for: restart it");
    loaded.kind = kind.name();
    loaded.revision = code->digest().substr(0, 12);
    loaded.module_bytes = code->size_bytes();
    TRY(model::RouteOptionsTable routes, model::RouteOptionsTable::make(loaded.spec));
    loaded.routes = std::make_shared<const model::RouteOptionsTable>(std::move(routes));
    TRY(loaded.app, wasm::App::make(engine_, code, functions_, settings_of(loaded.spec)));
    return open_store(loaded);
}

}  // namespace skep::platform
