#include "manifest/manifest.hpp"

#include <map>

#include "base/check.hpp"
#include "base/files.hpp"
#include "manifest/detail/checks.hpp"
#include "manifest/detail/convert.hpp"
#include "manifest/detail/secret_lines.hpp"
#include "manifest/detail/settings.hpp"

namespace skep::manifest {
namespace {

constexpr std::uint64_t kLargestManifest = 8 << 20;

// Stores every setting. They were checked when they were set.
class Builder {
public:
    explicit Builder(const Settings& settings) : settings_(&settings) {}

    model::Application build(std::string_view profile) && {
        application_.manifest = settings_->file();
        application_.profile = std::string(profile);
        for (const auto& [name, place] : settings_->services()) {
            services_.emplace(name, application_.services.size());
            application_.services.emplace_back().name = model::ServiceName(name);
        }
        for (const auto& [name, place] : settings_->secrets()) {
            secrets_.emplace(name, application_.secrets.size());
            application_.secrets.emplace_back().name = name;
        }
        for (const auto& [path, setting] : settings_->all())
            apply(setting);
        for (model::Service& service : application_.services)
            find_migrations(service);
        return std::move(application_);
    }

private:
    void apply(const Setting& setting) {
        Target target{&application_, nullptr, nullptr, nullptr, setting.path.back(), settings_->file().parent_path()};
        if (setting.path[0] == "services")
            target.service = &application_.services[services_.at(setting.path[1])];
        if (setting.path[0] == "secrets")
            target.secret = &application_.secrets[secrets_.at(setting.path[1])];
        CHECK(store(*setting.key, setting.node, target).empty());
    }

    static void find_migrations(model::Service& service) {
        const std::filesystem::path usual = service.module.parent_path() / "migrations";
        std::error_code ignored;
        if (service.data.enabled && service.migrations.empty() && std::filesystem::is_directory(usual, ignored))
            service.migrations = usual;
    }

    const Settings* settings_;
    model::Application application_;
    std::map<std::string_view, std::size_t> services_;
    std::map<std::string_view, std::size_t> secrets_;
};

// Where `key` got its value, with `*` of its pattern replaced by `name`.
void add_origin(const Key& key, std::string_view name, const Settings& settings, std::vector<Origin>& out) {
    std::string path(key.pattern);
    if (const auto star = path.find('*'); star != std::string::npos)
        path.replace(star, 1, name);
    const std::string usual = default_of(key);
    const std::string shown = usual.empty() ? std::string(key.default_note) : usual;
    if (const Setting* setting = settings.find(path)) {
        out.push_back({path, key.secret ? "<secret>" : show(setting->node), setting->layer_name, setting->hidden});
        if (!shown.empty())
            out.back().hidden.emplace_back("default", shown);
    } else if (!shown.empty()) {
        out.push_back({path, shown, "default", {}});
    }
}

// The entries of a table whose names users choose, services.users.env.
void add_entries(std::string_view pattern, std::string_view name, const Settings& settings, std::vector<Origin>& out) {
    std::string prefix(pattern.substr(0, pattern.size() - 1));
    prefix.replace(prefix.find('*'), 1, name);
    const auto& all = settings.all();
    for (auto at = all.lower_bound(prefix); at != all.end() && at->first.starts_with(prefix); ++at)
        out.push_back({at->first, show(at->second.node), at->second.layer_name, at->second.hidden});
}

std::vector<Origin> origins_of(const Settings& settings) {
    std::vector<Origin> origins;
    const auto add_section = [&](std::string_view section, const Settings::Names& names) {
        for (const auto& [name, place] : names) {
            for (const Key& key : all_keys()) {
                if (!key.pattern.starts_with(section))
                    continue;
                if (key.pattern.ends_with(".*"))
                    add_entries(key.pattern, name, settings, origins);
                else
                    add_origin(key, name, settings, origins);
            }
        }
    };
    for (const Key& key : all_keys()) {
        if (!key.pattern.contains('*'))
            add_origin(key, {}, settings, origins);
    }
    add_section("services.", settings.services());
    add_section("secrets.", settings.secrets());
    return origins;
}

std::string_view through_line(std::string_view text, int line) {
    std::size_t end = 0;
    for (int at = 0; at < line && end < text.size(); ++at)
        end = std::min(text.find('\n', end), text.size() - 1) + 1;
    return text.substr(0, end);
}

// Where the line may hold a secret, only what was being parsed is said: the rest of the message quotes the text.
void add_syntax_error(const SyntaxError& fault, std::string_view text, Faults& faults) {
    std::string_view message = fault.message;
    if (may_open_secrets(through_line(text, fault.place.line))) {
        faults.hide({fault.place.line});
        message = message.substr(0, message.find(':'));
    }
    faults.add(error("manifest_syntax", "{}", message), fault.place);
}

std::vector<Fault> only(Error error) {
    std::vector<Fault> faults;
    faults.push_back({std::move(error), 0, 0});
    return faults;
}

}  // namespace

Result<std::filesystem::path> find_manifest(const std::filesystem::path& path) {
    std::error_code ignored;
    std::filesystem::path file = std::filesystem::absolute(path, ignored).lexically_normal();
    if (std::filesystem::is_directory(file, ignored))
        file = file / "skep.toml";
    if (!std::filesystem::exists(file, ignored))
        return fail("manifest_not_found", "there is no {}", file.string());
    if (std::filesystem::is_directory(file, ignored))
        return fail("manifest_not_found", "{} is a folder, not a manifest", file.string());
    return file;
}

LoadResult load(const std::filesystem::path& path, const Layers& layers) {
    Result<std::filesystem::path> file = find_manifest(path);
    if (!file)
        return std::unexpected(only(std::move(file).error()));
    Result<std::string> text = read_file(*file, kLargestManifest);
    if (!text)
        return std::unexpected(only(std::move(text).error()));
    return parse(*text, *file, layers);
}

LoadResult parse(std::string_view text, const std::filesystem::path& file, const Layers& layers) {
    if (text.size() > kLargestManifest)
        return std::unexpected(only(error("file_too_large", "{} is larger than 8 MiB", file.string())));
    Faults faults(file.filename().string(), text);
    const auto document = parse_document(text);
    if (!document) {
        add_syntax_error(document.error(), text, faults);
        return std::unexpected(std::move(faults).take());
    }
    faults.hide(secret_lines(*document));
    Settings settings(file, faults);
    settings.read(*document, layers.profile);
    for (const auto& [name, value] : layers.environment)
        settings.read_variable(name, value);
    for (const auto& [key, value] : layers.flags)
        settings.read_flag(key, value);
    settings.settle();
    Loaded loaded{Builder(settings).build(layers.profile), origins_of(settings)};
    check(loaded.application, settings, layers.files, faults);
    if (!faults.empty())
        return std::unexpected(std::move(faults).take());
    return loaded;
}

std::vector<std::string_view> key_patterns() {
    std::vector<std::string_view> patterns;
    for (const Key& key : all_keys())
        patterns.push_back(key.pattern);
    return patterns;
}

}  // namespace skep::manifest
