// Environment variables as settings: SKEP_SERVICES__USERS__LIMITS__MEMORY is
// services.users.limits.memory.
#include <algorithm>

#include "base/letter_case.hpp"
#include "manifest/detail/contains.hpp"
#include "manifest/detail/settings.hpp"
#include "manifest/nearest.hpp"

namespace skep::manifest {
namespace {

constexpr std::string_view kPrefix = "SKEP_";
constexpr std::string_view kFileSuffix = "_FILE";

// Variables have no '-' and no small letters: names are compared without them.
std::string folded(std::string_view name) {
    std::string out = lowered(name);
    std::ranges::replace(out, '-', '_');
    return out;
}

std::vector<std::string_view> split(std::string_view name) {
    std::vector<std::string_view> parts;
    for (auto mark = name.find("__"); mark != std::string_view::npos; mark = name.find("__")) {
        parts.push_back(name.substr(0, mark));
        name.remove_prefix(mark + 2);
    }
    parts.push_back(name);
    return parts;
}

}  // namespace

std::vector<std::string_view> Settings::free_names(const KeyPath& path) const {
    std::vector<std::string_view> names;
    if (path.size() == 1) {
        for (const auto& [name, place] : path[0] == "services" ? services_ : secrets_)
            names.push_back(name);
        for (const auto& [at, setting] : settings_) {
            if (path[0] == "secrets" && setting.key->type == ValueType::names)
                std::ranges::transform(setting.node.items, std::back_inserter(names), &Node::text);
        }
        return names;
    }
    const std::string prefix = join(path) + ".";
    for (auto at = settings_.lower_bound(prefix); at != settings_.end() && at->first.starts_with(prefix); ++at)
        names.push_back(at->second.path.back());
    return names;
}

// The name that `part` of a variable stands for after `path`; where none is known, the part in
// small letters, or as it is for a guest's own variables.
std::string Settings::match_part(const KeyPath& path, std::string_view part) const {
    const bool free = has_free_names(path);
    for (const std::string_view name : free ? free_names(path) : names_below(path)) {
        if (folded(name) == folded(part))
            return std::string(name);
    }
    const bool guest_variable = free && path.back() == "env";
    return guest_variable ? std::string(part) : folded(part);
}

KeyPath Settings::path_of_variable(std::string_view name) const {
    KeyPath path;
    for (const std::string_view part : split(name.substr(kPrefix.size())))
        path.push_back(match_part(path, part));
    if (path.size() != 2 || path[0] != "secrets")
        return path;
    const bool known = contains(free_names({"secrets"}), path[1]);
    if (!known && path[1].size() > kFileSuffix.size() && path[1].ends_with("_file"))
        return {"secrets", match_part({"secrets"}, path[1].substr(0, path[1].size() - kFileSuffix.size())), "file"};
    return {"secrets", path[1], "value"};
}

std::string Settings::unknown_path_message(const KeyPath& path) const {
    KeyPath known;
    for (const std::string& part : path) {
        const std::vector<std::string_view> names = has_free_names(known) ? free_names(known) : names_below(known);
        if (!contains(names, part)) {
            const std::string_view meant = nearest(part, names);
            return fmt::format("{} has no key '{}'{}", known.empty() ? "the manifest" : join(known), part,
                               meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
        }
        known.push_back(part);
    }
    return fmt::format("'{}' is a table", join(path));
}

void Settings::read_variable(std::string_view name, std::string_view value) {
    if (!name.starts_with(kPrefix) || !name.contains("__"))
        return;
    const KeyPath path = path_of_variable(name);
    const Source source{Layer::environment, fmt::format("environment {}", name), true};
    const bool of_service = path.size() > 1 && path[0] == "services";
    const bool unknown_service = of_service && !contains(free_names({"services"}), path[1]);
    const Key* key = find_key(path);
    if (const FeatureKey* feature = find_feature(path); feature != nullptr && key == nullptr) {
        faults_->add(error("manifest_not_available", "'{}' belongs to {}, which this version does not have", join(path),
                           feature->feature),
                     {}, source.name);
    } else if (key == nullptr || unknown_service) {
        faults_->add(error("manifest_unknown_key", "{}", unknown_path_message(path)), {}, source.name);
    } else {
        if (path[0] == "secrets" && !contains(secrets_, path[1], &Names::value_type::first))
            secrets_.emplace_back(path[1], Place{});
        set_text(*key, path, value, source);
    }
}

}  // namespace skep::manifest
