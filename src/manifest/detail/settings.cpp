#include "manifest/detail/settings.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "manifest/detail/contains.hpp"
#include "manifest/detail/convert.hpp"
#include "manifest/detail/entries.hpp"
#include "manifest/nearest.hpp"

namespace skep::manifest {
namespace {

KeyPath below(const KeyPath& path, std::string_view name) {
    KeyPath longer = path;
    longer.emplace_back(name);
    return longer;
}

void add_name(Settings::Names& names, const std::string& name, Place place) {
    if (!contains(names, name, &std::pair<std::string, Place>::first))
        names.emplace_back(name, place);
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
    const std::string_view meant = nearest(word, known);
    return meant.empty() ? std::string() : fmt::format("; did you mean '{}'?", meant);
}

}  // namespace

Settings::Settings(std::filesystem::path file, Faults& faults) : file_(std::move(file)), faults_(&faults) {}

void Settings::report(const Setting& setting, Error error, Place place) {
    const bool in_file = setting.place.line > 0;
    faults_->add(std::move(error), in_file ? place : Place{}, setting.layer_name);
}

void Settings::read(const Node& document, std::string_view profile) {
    for (const Member& member : document.members) {
        if (member.key != "profiles")
            read_member(member, {}, {});
    }
    const Node* profiles = document.find("profiles");
    if (profiles != nullptr)
        read_profiles(*profiles, profile);
    if (!profile.empty() && (profiles == nullptr || profiles->find(profile) == nullptr)) {
        std::vector<std::string_view> names;
        if (profiles != nullptr)
            std::ranges::transform(profiles->members, std::back_inserter(names), &Member::key);
        faults_->add(error("profile_not_found", "{} has no profile '{}', but {}", file_.string(), profile,
                           names.empty() ? "none at all" : fmt::format("{}", fmt::join(names, ", "))),
                     {});
    }
}

void Settings::read_profiles(const Node& profiles, std::string_view chosen) {
    if (profiles.kind != NodeKind::table) {
        faults_->add(error("manifest_wrong_type", "profiles is a table, not {}", kind_name(profiles.kind)),
                     profiles.place);
        return;
    }
    for (const Member& profile : profiles.members) {
        const Source source{Layer::profile, fmt::format("profile {}", profile.key), profile.key == chosen};
        if (profile.value.kind == NodeKind::table)
            read_table(profile.value, {}, source);
        else
            faults_->add(error("manifest_wrong_type", "a profile is a table, not {}", kind_name(profile.value.kind)),
                         profile.value.place);
    }
}

void Settings::read_table(const Node& table, const KeyPath& path, const Source& source) {
    for (const Member& member : table.members)
        read_member(member, path, source);
}

void Settings::read_member(const Member& member, const KeyPath& path, const Source& source) {
    const KeyPath here = below(path, member.key);
    if (const FeatureKey* feature = find_feature(here)) {
        faults_->add(error("manifest_not_available", "'{}' belongs to {}, which this version does not have", join(here),
                           feature->feature),
                     member.place);
        return;
    }
    const Key* key = find_key(here);
    const bool section = key == nullptr && is_section(here);
    if (key == nullptr && !section)
        return report_unknown(member, path);
    if (has_free_names(path) && !accept_name(member, path, source))
        return;
    const bool is_table = member.value.kind == NodeKind::table;
    if (section && is_table)
        return read_table(member.value, here, source);
    if (section) {
        faults_->add(error("manifest_wrong_type", "'{}' is a table, not {}", join(here), kind_name(member.value.kind)),
                     member.value.place);
        return;
    }
    const std::string at = fmt::format("{}:{}:{}", file_.filename().string(), member.place.line, member.place.column);
    const bool has_table = is_table && is_section(here);
    set({key,
         here,
         has_table ? Node::of_true(member.value.place) : member.value,
         source.layer,
         source.name.empty() ? at : fmt::format("{}, {}", source.name, at),
         member.place,
         {}},
        source.active);
    if (has_table)
        read_table(member.value, here, source);
}

// Checks a name that users choose, and remembers those of services and secrets.
bool Settings::accept_name(const Member& member, const KeyPath& path, const Source& source) {
    Result<> checked;
    const bool top = path.size() == 1;
    if (top && path[0] == "services") {
        if (auto parsed = model::parse_service_name(member.key); !parsed)
            checked = fail("manifest_invalid_value", "{}", parsed.error().message());
    } else if (top) {
        checked = check_secret_name(member.key);
    } else if (member.key.empty() || member.key.find_first_of(std::string_view("=\0", 2)) != std::string::npos) {
        checked = fail("manifest_invalid_value", "a name in {} is empty, or has '=' or NUL in it", join(path));
    }
    if (!checked) {
        faults_->add(std::move(checked).error(), member.place);
        return false;
    }
    if (top && source.active)
        add_name(path[0] == "services" ? services_ : secrets_, member.key, member.place);
    return true;
}

void Settings::report_unknown(const Member& member, const KeyPath& path) {
    const std::vector<std::string_view> known = names_below(path);
    std::string message = fmt::format("{} has no key '{}'", path.empty() ? "the manifest" : join(path), member.key);
    const std::string meant = did_you_mean(member.key, known);
    if (!meant.empty())
        message += meant;
    else
        message += fmt::format("; it has {}", fmt::join(known, ", "));
    faults_->add(error("manifest_unknown_key", "{}", message), member.place);
}

void Settings::set(Setting setting, bool active) {
    model::Application application;
    model::Service service;
    model::SecretSource secret;
    Target scratch{&application, &service, &secret, nullptr, setting.path.back(), file_.parent_path()};
    std::vector<ValueFault> faults = store(*setting.key, setting.node, scratch);
    for (ValueFault& fault : faults)
        report(setting, std::move(fault.error), fault.place);
    if (!faults.empty()) {
        refused_.insert(join(setting.path));
        return;
    }
    if (!active)
        return;
    const std::string path = join(setting.path);
    const auto found = settings_.find(path);
    if (found != settings_.end()) {
        Setting& weaker = found->second;
        setting.hidden = std::move(weaker.hidden);
        setting.hidden.insert(setting.hidden.begin(),
                              {weaker.layer_name, setting.key->secret ? "<secret>" : show(weaker.node)});
    }
    settings_.insert_or_assign(path, std::move(setting));
}

void Settings::set_text(const Key& key, KeyPath path, std::string_view value, const Source& source) {
    Result<Node> node = node_of_text(key, value);
    if (!node) {
        faults_->add(std::move(node).error(), {}, source.name);
        return;
    }
    const KeyPath above(path.begin(), path.end() - 1);
    const Key* switched = find_key(above);
    if (switched != nullptr && find(join(above)) == nullptr)
        set({switched, above, Node::of_true(), source.layer, source.name, {}, {}}, true);
    set({&key, std::move(path), *std::move(node), source.layer, source.name, {}, {}}, true);
}

void Settings::read_flag(std::string_view text, std::string_view value) {
    KeyPath path;
    while (!text.empty()) {
        const auto dot = std::min(text.find('.'), text.size());
        path.emplace_back(text.substr(0, dot));
        text.remove_prefix(std::min(dot + 1, text.size()));
    }
    const Key* key = find_key(path);
    if (key != nullptr)
        set_text(*key, path, value, {Layer::flag, "flag", true});
    else
        faults_->add(error("manifest_unknown_key", "no key '{}'", join(path)), {}, "flag");
}

const Setting* Settings::find(const std::string& path) const {
    const auto found = settings_.find(path);
    return found == settings_.end() ? nullptr : &found->second;
}

void Settings::settle_pair(const std::string& left_path, const std::string& right_path) {
    const auto left = settings_.find(left_path);
    const auto right = settings_.find(right_path);
    if (left == settings_.end() || right == settings_.end())
        return;
    if (left->second.layer == right->second.layer) {
        const Setting& later = left->second.place < right->second.place ? right->second : left->second;
        report(
            later,
            error("manifest_invalid_value", "'{}' and '{}' exclude one another", left_path, right->second.path.back()),
            later.place);
    }
    settings_.erase(left->second.layer < right->second.layer ? left : right);
}

void Settings::settle() {
    for (const auto& [name, place] : services_)
        settle_pair(fmt::format("services.{}.module", name), fmt::format("services.{}.url", name));
    for (const auto& [name, place] : secrets_)
        settle_pair(fmt::format("secrets.{}.file", name), fmt::format("secrets.{}.value", name));
}

}  // namespace skep::manifest
