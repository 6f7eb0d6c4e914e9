#include <fmt/format.h>

#include "manifest/detail/convert.hpp"
#include "manifest/detail/keys.hpp"
#include "manifest/manifest.hpp"

namespace skep::manifest {
namespace {

// "[services.NAME.limits]" of "services.*.limits.memory".
std::string section_of(std::string_view pattern) {
    std::string section(pattern.substr(0, pattern.rfind('.')));
    if (section.starts_with("route_options"))
        section.insert(0, "services.*.");
    if (const auto star = section.find('*'); star != std::string::npos)
        section.replace(star, 1, "NAME");
    return section;
}

std::string default_column(const Key& key) {
    const std::string value = default_of(key);
    if (!key.default_note.empty())
        return std::string(key.default_note);
    return value.empty() ? "" : fmt::format("`{}`", value);
}

std::string row(const Key& key) {
    std::string name(key.pattern.substr(key.pattern.rfind('.') + 1));
    if (name == "*")
        name = "NAME";
    const std::string takes = key.choices.empty() ? std::string(expectation(key.type))
                                                  : fmt::format("`\"{}\"`", fmt::join(key.choices, "\"`, `\""));
    return fmt::format("| `{}` | {} | {} | {} |\n", name, takes, default_column(key), key.doc);
}

void add_sections(std::span<const Key> keys, std::string& out) {
    std::string section;
    for (const Key& key : keys) {
        if (std::string next = section_of(key.pattern); next != section) {
            out += fmt::format("{}### `[{}]`\n\n| key | takes | default | meaning |\n|---|---|---|---|\n",
                               out.empty() ? "" : "\n", next);
            section = std::move(next);
        }
        out += row(key);
    }
}

}  // namespace

std::string reference() {
    std::string out;
    add_sections(all_keys(), out);
    add_sections(route_option_keys(), out);
    out +=
        "\n### Not available yet\n\nThese keys are known, and refused with "
        "`manifest_not_available`:\n\n";
    for (const FeatureKey& key : all_feature_keys()) {
        std::string name(key.pattern);
        if (const auto star = name.find('*'); star != std::string::npos)
            name.replace(star, 1, "NAME");
        out += fmt::format("- `{}`: {}\n", name, key.feature);
    }
    return out;
}

}  // namespace skep::manifest
