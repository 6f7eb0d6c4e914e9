#include "cli/detail/session.hpp"

namespace skep::cli {

void add_version(CLI::App& root, Session& session) {
    CLI::App* command =
        add_command(root, session, "version", "The version of Skep and of its engine", [&session](Output& output) {
            Listing listing{.kind = Listing::Kind::one,
                            .columns = {{"skep", "version"}, {"engine", "engine"}},
                            .name_member = "version"};
            listing.rows.push_back({{"version", session.world.version}, {"engine", session.world.engine_version}});
            output.print(listing);
            return 0;
        });
    add_format(*command, session);
}

}  // namespace skep::cli
