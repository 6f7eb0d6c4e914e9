#include "manifest/detail/route_options.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>

#include "manifest/nearest.hpp"

namespace skep::manifest {
namespace {

ValueFault unknown_key(const Member& member, const KeyPath& path) {
    const std::vector<std::string_view> known = known_names_below(path, route_option_keys());
    const std::string_view meant = nearest(member.key, known);
    return {error("manifest_unknown_key", "{} has no key '{}'; {}", join(path), member.key,
                  meant.empty() ? fmt::format("it has {}", fmt::join(known, ", "))
                                : fmt::format("did you mean '{}'?", meant)),
            member.place};
}

std::vector<ValueFault> store_table(const Node& table, const KeyPath& path, Target& target) {
    if (table.kind != NodeKind::table)
        return {
            {error("manifest_wrong_type", "{} is a table, not {}", join(path), kind_name(table.kind)), table.place}};
    for (const Member& member : table.members) {
        KeyPath here = path;
        here.push_back(member.key);
        std::vector<ValueFault> faults;
        if (const Key* key = find_key(here, route_option_keys()))
            faults = store(*key, member.value, target);
        else if (is_section(here, route_option_keys()))
            faults = store_table(member.value, here, target);
        else
            faults.push_back(unknown_key(member, path));
        if (!faults.empty())
            return faults;
    }
    return {};
}

}  // namespace

std::vector<ValueFault> store_route_options(const Node& list, std::vector<model::RouteOptions>& options) {
    std::vector<model::RouteOptions> entries;
    std::vector<ValueFault> faults;
    for (const Node& item : list.items) {
        Target target;
        target.route_options = &entries.emplace_back();
        std::vector<ValueFault> found = store_table(item, {"route_options"}, target);
        if (found.empty() && entries.back().match.path.empty())
            found.push_back({error("manifest_missing_key", "an entry of route_options needs a `match`"), item.place});
        std::ranges::move(found, std::back_inserter(faults));
    }
    if (faults.empty())
        options = std::move(entries);
    return faults;
}

}  // namespace skep::manifest
