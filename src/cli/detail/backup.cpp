#include <boost/json.hpp>

#include "cli/detail/json_reply.hpp"
#include "cli/detail/operation.hpp"
#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

struct BackupFlags {
    ProjectFlags project;
    std::string directory;
    bool force = false;
};

std::filesystem::path directory_of(const BackupFlags& flags) {
    std::error_code ignored;
    return std::filesystem::absolute(flags.directory, ignored).lexically_normal();
}

Listing listing_of(const json::object& result) {
    Listing listing{.columns = {{"SERVICE", "service"}, {"BYTES", "bytes"}}, .name_member = "service"};
    listing.heading = fmt::format("backup of {} in {}, {}\n", text_of(result, "time"), text_of(result, "directory"),
                                  bytes_text(number_of(result, "bytes")));
    listing.whole = result;
    if (const json::value* stores = result.if_contains("stores"); stores != nullptr && stores->is_array()) {
        for (const json::value& store : stores->get_array()) {
            if (store.is_object())
                listing.rows.push_back(store.get_object());
        }
    }
    return listing;
}

Result<Listing> backup(const BackupFlags& flags, const Surroundings& world, Output& output) {
    TRY(const auto client, connect(flags.project, world));
    const json::object body{{"directory", directory_of(flags).string()}};
    TRY(const json::object result, follow_operation(*client, "/api/v1/backup", body, output));
    return listing_of(result);
}

void add_restore(CLI::App& root, Session& session) {
    auto flags = std::make_shared<BackupFlags>();
    CLI::App* command = add_command(root, session, "restore", "Put a backup back, while no Skep runs",
                                    [&session, flags](Output& output) {
                                        const RestoreOptions options{project_options(flags->project, session.world),
                                                                     directory_of(*flags), flags->force};
                                        return session.commands.restore(options, output);
                                    });
    command->add_option("directory", flags->directory, "The backup")->required();
    command->add_flag("--force", flags->force, "Replace the stores that are there");
    add_project_option(*command, flags->project);
    add_format(*command, session);
}

}  // namespace

void add_backup(CLI::App& root, Session& session) {
    auto flags = std::make_shared<BackupFlags>();
    CLI::App* command =
        add_command(root, session, "backup", "Write a verified snapshot of every store of the running application",
                    [&session, flags](Output& output) {
                        const auto listing = backup(*flags, session.world, output);
                        if (!listing)
                            return output.fail(listing.error());
                        output.print(*listing);
                        return 0;
                    });
    command
        ->add_option("directory", flags->directory,
                     "A folder that is empty or not there yet, on the machine that Skep runs on")
        ->required();
    add_project_option(*command, flags->project);
    add_format(*command, session);
    add_restore(root, session);
}

}  // namespace skep::cli
