#include <boost/json.hpp>

#include "cli/detail/json_reply.hpp"
#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;
using Migrations = std::vector<json::object>;

constexpr int kPlanFoundChanges = 10;

struct MigrateFlags {
    ProjectFlags project;
    std::string service;
    bool plan = false;
};

Result<Migrations> ask_running(const MigrateFlags& flags, const Surroundings& world) {
    TRY(const auto client, connect(flags.project, world));
    TRY(const ControlReply reply, client->get("/api/v1/migrations?service=" + flags.service));
    TRY(const json::object object, parse_object(reply.body));
    Migrations found;
    if (const json::value* list = object.if_contains("migrations"); list != nullptr && list->is_array()) {
        for (const json::value& migration : list->get_array()) {
            if (migration.is_object())
                found.push_back(migration.get_object());
        }
    }
    return found;
}

// In this process; where a Skep runs, by asking it.
Result<Migrations> migrations(const MigrateFlags& flags, const Session& session) {
    if (!flags.service.empty())
        TRY_DO(model::parse_service_name(flags.service));
    const MigrateOptions options{project_options(flags.project, session.world), flags.service, flags.plan};
    Result<Migrations> found = session.commands.migrate(options);
    if (found || found.error().name() != "data_directory_locked")
        return found;
    if (flags.plan)
        return ask_running(flags, session.world);
    return fail("data_directory_locked",
                "a Skep runs on {}: it migrates when it starts and at each reload; see what it would run with --plan",
                options.project.data_dir.string());
}

void print(Migrations rows, Output& output) {
    Listing listing{.columns = {{"SERVICE", "service"}, {"MIGRATION", "name"}, {"STATE", "state"}},
                    .name_member = "name"};
    listing.rows = std::move(rows);
    output.print(listing);
}

int print_plan(const Migrations& all, Output& output) {
    Migrations rows;
    for (const json::object& migration : all) {
        if (text_of(migration, "state") != "applied")
            rows.push_back(migration);
    }
    const bool has_changes = !rows.empty();
    print(std::move(rows), output);
    if (!has_changes)
        output.note("nothing to migrate");
    return has_changes ? kPlanFoundChanges : 0;
}

int migrate(const MigrateFlags& flags, const Session& session, Output& output) {
    Result<Migrations> found = migrations(flags, session);
    if (!found)
        return output.fail(found.error());
    if (flags.plan)
        return print_plan(*found, output);
    const bool has_run = !found->empty();
    print(*std::move(found), output);
    if (!has_run)
        output.note("nothing to migrate");
    return 0;
}

}  // namespace

void add_migrate(CLI::App& root, Session& session) {
    auto flags = std::make_shared<MigrateFlags>();
    CLI::App* command = add_command(root, session, "migrate",
                                    "Run the migrations that are pending; `up` and reload do so by themselves",
                                    [&session, flags](Output& output) { return migrate(*flags, session, output); });
    add_project(*command, flags->project);
    command->add_flag("--plan", flags->plan, "Only show what would run; exit code 10 where that is something");
    command->add_option("--service", flags->service, "Only this one's")->type_name("NAME");
    add_format(*command, session);
}

}  // namespace skep::cli
