#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "cli/detail/json_reply.hpp"
#include "cli/detail/session.hpp"
#include "manifest/nearest.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

struct ExplainFlags {
    ProjectFlags project;
    std::string key;
};

json::object row_of(const manifest::Origin& origin) {
    json::array hidden;
    for (const auto& [layer, value] : origin.hidden)
        hidden.push_back(json::object{{"layer", layer}, {"value", value}});
    return {{"key", origin.key}, {"value", origin.value}, {"layer", origin.layer}, {"hides", std::move(hidden)}};
}

Listing settings_listing() {
    return {.columns = {{"KEY", "key"}, {"VALUE", "value"}, {"FROM", "layer"}}, .name_member = "key"};
}

// The key itself, or all that lie below it; everything where it is empty.
std::vector<manifest::Origin> chosen(const std::vector<manifest::Origin>& origins, const std::string& key) {
    std::vector<manifest::Origin> found;
    for (const manifest::Origin& origin : origins) {
        if (key.empty() || origin.key == key || origin.key.starts_with(key + "."))
            found.push_back(origin);
    }
    return found;
}

Error unknown_key(const std::vector<manifest::Origin>& origins, const std::string& key) {
    std::vector<std::string_view> keys;
    for (const manifest::Origin& origin : origins)
        keys.push_back(origin.key);
    const std::string_view meant = manifest::nearest(key, keys);
    return error("manifest_unknown_key", "no key '{}' is set or has a default{}", key,
                 meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

int explain(const ExplainFlags& flags, const Surroundings& world, Output& output) {
    ProjectOptions options = project_options(flags.project, world);
    options.layers.files = manifest::FileChecks::may_be_missing;
    manifest::LoadResult loaded = manifest::load(options.manifest, options.layers);
    if (!loaded)
        return output.fail(errors_of(std::move(loaded.error())));
    const auto origins = chosen(loaded->origins, flags.key);
    if (origins.empty())
        return output.fail(unknown_key(loaded->origins, flags.key));
    Listing listing{.columns = {{"KEY", "key"}, {"VALUE", "value"}, {"FROM", "layer"}}, .name_member = "key"};
    for (const manifest::Origin& origin : origins)
        listing.rows.push_back(row_of(origin));
    output.print(listing);
    if (origins.size() == 1 && output.is_for_people()) {
        for (const auto& [layer, value] : origins.front().hidden)
            output.print_raw(fmt::format("hides {} from {}\n", value, layer));
    }
    return 0;
}

void add_explain_key(CLI::App& config, Session& session) {
    auto flags = std::make_shared<ExplainFlags>();
    CLI::App* command =
        add_command(config, session, "explain", "A key's value, where it comes from, and what it hides",
                    [&session, flags](Output& output) { return explain(*flags, session.world, output); });
    command->add_option("key", flags->key, "As services.users.limits.memory, or the start of several; else all");
    add_project_option(*command, flags->project);
    add_format(*command, session);
}

int show(const ProjectFlags& flags, const Surroundings& world, Output& output) {
    const auto ask = [&]() -> Result<json::object> {
        TRY(const auto client, connect(flags, world));
        TRY(const ControlReply reply, client->get("/api/v1/config"));
        return parse_object(reply.body);
    };
    const Result<json::object> configuration = ask();
    if (!configuration)
        return output.fail(configuration.error());
    Listing listing = settings_listing();
    listing.whole = *configuration;
    if (const json::value* settings = configuration->if_contains("settings");
        settings != nullptr && settings->is_array()) {
        for (const json::value& setting : settings->get_array())
            listing.rows.push_back(setting.is_object() ? setting.get_object() : json::object());
    }
    output.print(listing);
    return 0;
}

void add_show(CLI::App& config, Session& session) {
    auto flags = std::make_shared<ProjectFlags>();
    CLI::App* command = add_command(config, session, "show", "The configuration of the running application",
                                    [&session, flags](Output& output) { return show(*flags, session.world, output); });
    add_project_option(*command, *flags);
    add_format(*command, session);
}

void add_schema(CLI::App& config, Session& session) {
    CLI::App* command =
        add_command(config, session, "schema", "The JSON Schema of skep.toml, for editors", [](Output& output) {
            if (output.is_for_people()) {
                output.print_raw(manifest::json_schema() + "\n");
                return 0;
            }
            Listing listing{.kind = Listing::Kind::one, .name_member = "title"};
            listing.rows.push_back(json::parse(manifest::json_schema()).get_object());
            output.print(listing);
            return 0;
        });
    add_format(*command, session);
}

}  // namespace

std::string describe(const std::vector<manifest::Origin>& origins) {
    json::array settings;
    for (const manifest::Origin& origin : origins)
        settings.push_back(row_of(origin));
    return json::serialize(json::object{{"settings", std::move(settings)}}) + "\n";
}

void add_config(CLI::App& root, Session& session) {
    CLI::App* config = root.add_subcommand("config", "Settings and where they come from");
    config->require_subcommand(1);
    add_explain_key(*config, session);
    add_show(*config, session);
    add_schema(*config, session);
}

}  // namespace skep::cli
