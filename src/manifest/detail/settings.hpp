#pragma once
// The settings of one manifest, merged from its layers.

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "manifest/detail/faults.hpp"
#include "manifest/detail/keys.hpp"

namespace skep::manifest {

// The layers, from the weakest to the strongest.
enum class Layer : std::uint8_t { file, profile, environment, flag };

// The value that a key was set to, and what it hides.
struct Setting {
    const Key* key = nullptr;
    KeyPath path;
    Node node;
    Layer layer = Layer::file;
    std::string layer_name;  // "skep.toml:3:1", "profile staging, skep.toml:9:1", "environment
                             // SKEP_…", "flag"
    Place place;             // of the key; line 0 where it is not in the file
    std::vector<std::pair<std::string, std::string>> hidden;  // (layer, value), the strongest first
};

// Fills up layer by layer, weakest first; what is wrong goes to the faults. A value is checked when
// it is set, so that every setting in here can be stored.
class Settings {
public:
    Settings(std::filesystem::path file, Faults& faults);

    // The document, with the profile called `profile` over it, "" for none. Other profiles are
    // checked only.
    void read(const Node& document, std::string_view profile);

    // A variable such as SKEP_GATEWAY__LISTEN. Those without "__" are not settings and left alone.
    void read_variable(std::string_view name, std::string_view value);

    // A flag that stands for the key `path`, "gateway.listen".
    void read_flag(std::string_view path, std::string_view value);

    // Takes away what a stronger layer contradicts: a `url` over a `module`, a `value` over a
    // `file`.
    void settle();

    const std::map<std::string, Setting>& all() const { return settings_; }
    const Setting* find(const std::string& path) const;

    // Whether `path` was given a value, if only one that was refused.
    bool was_given(const std::string& path) const { return settings_.contains(path) || refused_.contains(path); }

    // Names and where each appeared first, in that order.
    using Names = std::vector<std::pair<std::string, Place>>;
    const Names& services() const { return services_; }
    const Names& secrets() const { return secrets_; }

    const std::filesystem::path& file() const { return file_; }

    // Reports `error` at `place` of a value of `setting`.
    void report(const Setting& setting, Error error, Place place);

private:
    struct Source {
        Layer layer = Layer::file;
        std::string name;    // said before the place, "profile staging"
        bool active = true;  // whether to set, or to check only
    };

    void read_table(const Node& table, const KeyPath& path, const Source& source);
    void read_member(const Member& member, const KeyPath& path, const Source& source);
    void read_profiles(const Node& profiles, std::string_view chosen);
    void report_unknown(const Member& member, const KeyPath& path);
    bool accept_name(const Member& member, const KeyPath& path, const Source& source);
    void set(Setting setting, bool active);
    void set_text(const Key& key, KeyPath path, std::string_view value, const Source& source);
    KeyPath path_of_variable(std::string_view name) const;
    std::string match_part(const KeyPath& path, std::string_view part) const;
    std::vector<std::string_view> free_names(const KeyPath& path) const;
    std::string unknown_path_message(const KeyPath& path) const;
    void settle_pair(const std::string& left, const std::string& right);

    std::filesystem::path file_;
    Faults* faults_;
    std::map<std::string, Setting> settings_;
    std::set<std::string> refused_;
    Names services_;
    Names secrets_;
};

}  // namespace skep::manifest
