#include "manifest/detail/checks.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "async/socket_address.hpp"
#include "manifest/detail/contains.hpp"
#include "manifest/nearest.hpp"
#include "model/router.hpp"

namespace skep::manifest {
namespace {

// One route of one service, as `claim` remembers it.
struct Claim {
    const model::Route* route;
    const model::ServiceName* service;
};

class Checker {
public:
    Checker(const model::Application& application, Settings& settings, FileChecks files, Faults& faults)
        : application_(application), settings_(settings), files_(files), faults_(faults) {}

    void run() {
        if (application_.services.empty() && faults_.empty())
            faults_.add(error("manifest_missing_key", "{} has no service: add a table [services.NAME]",
                              settings_.file().string()),
                        {});
        check_listeners();
        for (const model::Service& service : application_.services)
            check_service(service);
        for (const model::SecretSource& secret : application_.secrets)
            check_secret(secret);
    }

private:
    // A port is claimed as a whole, whatever the address.
    void check_listeners() {
        const auto gateway = async::SocketAddress::parse(application_.gateway.listen);
        const auto control = async::SocketAddress::parse(application_.control_listen);
        if (!gateway || !control || gateway->port() == 0 || gateway->port() != control->port())
            return;
        const Setting* setting = settings_.find("control.listen");
        if (const Setting* other = settings_.find("gateway.listen");
            setting == nullptr || (other != nullptr && setting->layer <= other->layer && setting->place < other->place))
            setting = other;
        settings_.report(
            *setting,
            error("manifest_invalid_value", "gateway.listen and control.listen both have the port {}", gateway->port()),
            setting->node.place);
    }

    void check_service(const model::Service& service) {
        const std::string path = fmt::format("services.{}.", service.name.value());
        check_origin(service, path);
        check_calls(service, path + "calls");
        check_secrets(service, path + "secrets");
        check_files(service, path + "files");
        check_routes(service, path + "routes");
        check_store(service, path);
        check_route_options(service, path + "route_options");
    }

    // A process at a URL keeps its own data; a profile may put one in the place of a module that has a store.
    void check_store(const model::Service& service, const std::string& path) {
        const Setting* url = settings_.find(path + "url");
        for (const std::string& key : {path + "data", path + "kv"}) {
            const Setting* setting = settings_.find(key);
            if (url != nullptr && setting != nullptr && setting->node.boolean && setting->layer >= url->layer)
                settings_.report(
                    *setting,
                    error("manifest_invalid_value", "service {} runs at a URL: only a `module` has a store of Skep's",
                          service.name.value()),
                    setting->place);
        }
        check_migrations(service, path + "migrations");
        for (const std::string& key : {path + "idempotency.retention", path + "idempotency.required"}) {
            if (const Setting* setting = settings_.find(key); setting != nullptr && !may_have_store(service))
                settings_.report(*setting, no_store(service, "keep keys and replies in"), setting->place);
        }
    }

    void check_migrations(const model::Service& service, const std::string& path) {
        const Setting* setting = settings_.find(path);
        std::error_code ignored;
        if (setting == nullptr)
            return;
        if (!service.data.enabled)
            settings_.report(*setting,
                             error("manifest_missing_key", "service {} has migrations but no database: add data = true",
                                   service.name.value()),
                             setting->place);
        else if (files_ != FileChecks::may_be_missing && !std::filesystem::is_directory(service.migrations, ignored))
            settings_.report(*setting,
                             error("manifest_invalid_value", "service {}: there is no folder {}", service.name.value(),
                                   service.migrations.string()),
                             setting->node.place);
    }

    void check_route_options(const model::Service& service, const std::string& path) {
        model::Router router;
        for (std::size_t index = 0; index < service.route_options.size(); ++index) {
            const model::RouteOptions& options = service.route_options[index];
            if (const Result<> added = router.add(options.match, 0); !added)
                report_item(path, index,
                            error("manifest_invalid_value", "'{}' stands twice in the route_options of service {}",
                                  show_route(options.match), service.name.value()));
            else if (needs_store(options) && !may_have_store(service))
                report_item(path, index, no_store(service, "choose this for"));
        }
    }

    static bool needs_store(const model::RouteOptions& options) {
        return options.transaction || options.transaction_timeout || options.batch != model::BatchMode::shared ||
               options.key_retention || options.key_required;
    }

    static bool may_have_store(const model::Service& service) { return service.data.enabled || service.kv; }

    static Error no_store(const model::Service& service, std::string_view purpose) {
        return error("manifest_missing_key", "service {} has no store to {}: add data = true or kv = true",
                     service.name.value(), purpose);
    }

    void check_origin(const model::Service& service, const std::string& path) {
        const Setting* module = settings_.find(path + "module");
        if (module != nullptr && files_ == FileChecks::must_exist && !is_file(service.module)) {
            settings_.report(*module,
                             error("module_not_found", "service {}: there is no file {}", service.name.value(),
                                   service.module.string()),
                             module->node.place);
        } else if (!settings_.was_given(path + "module") && !settings_.was_given(path + "url")) {
            const auto& names = settings_.services();
            const auto named = std::ranges::find(names, service.name.value(), &Settings::Names::value_type::first);
            faults_.add(
                error("manifest_missing_key", "service {} has neither 'module' nor 'url'", service.name.value()),
                named->second);
        }
    }

    void check_calls(const model::Service& service, const std::string& path) {
        std::vector<std::string_view> names;
        for (const model::Service& known : application_.services)
            names.push_back(known.name.value());
        std::set<std::string_view> seen;
        for (std::size_t index = 0; index < service.calls.size(); ++index) {
            const std::string& name = service.calls[index].value();
            if (!contains(names, name)) {
                const std::string_view meant = nearest(name, names);
                report_item(
                    path, index,
                    error("manifest_invalid_value", "service {} calls '{}', which does not exist{}",
                          service.name.value(), name, meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)));
            } else if (!seen.insert(name).second) {
                report_item(path, index, error("manifest_invalid_value", "'{}' is there twice", name));
            }
        }
    }

    void check_secrets(const model::Service& service, const std::string& path) {
        std::set<std::string_view> seen;
        for (std::size_t index = 0; index < service.secrets.size(); ++index) {
            const std::string& name = service.secrets[index];
            if (!contains(application_.secrets, name, &model::SecretSource::name))
                report_item(path, index,
                            error("secret_not_found", "service {} uses the secret '{}', which has no value",
                                  service.name.value(), name));
            else if (!seen.insert(name).second)
                report_item(path, index, error("manifest_invalid_value", "'{}' is there twice", name));
        }
    }

    void check_secret(const model::SecretSource& secret) {
        const std::string path = fmt::format("secrets.{}.", secret.name);
        const Setting* file = settings_.find(path + "file");
        const auto& names = settings_.secrets();
        const auto named = std::ranges::find(names, secret.name, &Settings::Names::value_type::first);
        if (!settings_.was_given(path + "file") && !settings_.was_given(path + "value"))
            faults_.add(error("manifest_missing_key", "the secret '{}' has neither 'file' nor 'value'", secret.name),
                        named->second);
        else if (file != nullptr && files_ != FileChecks::may_be_missing && !is_file(secret.file))
            settings_.report(
                *file,
                error("secret_not_found", "the secret '{}': there is no file {}", secret.name, secret.file.string()),
                file->node.place);
    }

    void check_files(const model::Service& service, const std::string& path) {
        std::set<std::string_view> guest_paths;
        for (std::size_t index = 0; index < service.files.size(); ++index) {
            const model::FileGrant& grant = service.files[index];
            std::error_code ignored;
            if (!guest_paths.insert(grant.guest_path).second)
                report_item(path, index,
                            error("manifest_invalid_value", "the guest path '{}' is there twice", grant.guest_path));
            else if (files_ != FileChecks::may_be_missing && !std::filesystem::is_directory(grant.host_path, ignored))
                report_item(path, index,
                            error("manifest_invalid_value", "service {}: there is no folder {}", service.name.value(),
                                  grant.host_path.string()));
        }
    }

    // Two routes exclude one another where host, shape of the path and a method are the same.
    void check_routes(const model::Service& service, const std::string& path) {
        for (std::size_t index = 0; index < service.routes.size(); ++index) {
            const model::Route& route = service.routes[index];
            std::vector<Claim>& others = claims_[{route.host, shape_of(route.path)}];
            const auto other =
                std::ranges::find_if(others, [&](const Claim& claim) { return share_method(*claim.route, route); });
            if (other != others.end())
                report_item(path, index,
                            error("manifest_invalid_value", "the route '{}' is taken by service {} already",
                                  show_route(route), other->service->value()));
            others.push_back({&route, &service.name});
        }
    }

    static bool share_method(const model::Route& left, const model::Route& right) {
        return left.methods.empty() == right.methods.empty() &&
               (left.methods.empty() || std::ranges::any_of(left.methods, [&](const std::string& method) {
                    return contains(right.methods, method);
                }));
    }

    // The path with the names of its parameters taken off: "/users/:".
    static std::string shape_of(std::string_view path) {
        std::string shape;
        bool in_name = false;
        for (std::size_t at = 0; at < path.size(); ++at) {
            if (path[at] == '/')
                in_name = false;
            if (!in_name)
                shape += path[at];
            if (path[at] == ':' && path[at - 1] == '/')
                in_name = true;
        }
        return shape;
    }

    static std::string show_route(const model::Route& route) {
        return fmt::format("{}{}{}{}", fmt::join(route.methods, ","), route.methods.empty() ? "" : " ", route.host,
                           route.path);
    }

    static bool is_file(const std::filesystem::path& path) {
        std::error_code ignored;
        return std::filesystem::is_regular_file(path, ignored);
    }

    // At an item of the list that is set at `path`.
    void report_item(const std::string& path, std::size_t index, Error error) {
        const Setting* setting = settings_.find(path);
        settings_.report(*setting, std::move(error), setting->node.items[index].place);
    }

    const model::Application& application_;
    Settings& settings_;
    FileChecks files_;
    Faults& faults_;
    std::map<std::pair<std::string, std::string>, std::vector<Claim>> claims_;
};

}  // namespace

void check(const model::Application& application, Settings& settings, FileChecks files, Faults& faults) {
    Checker(application, settings, files, faults).run();
}

}  // namespace skep::manifest
