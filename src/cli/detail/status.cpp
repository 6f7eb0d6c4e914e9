#include <algorithm>

#include <boost/json/parse.hpp>

#include "cli/detail/json_reply.hpp"
#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;
using enum Column::Width;

std::string duration_text(double seconds) {
    const auto whole = static_cast<long long>(seconds);
    if (whole < 60)
        return fmt::format("{} s", whole);
    if (whole < 3600)
        return fmt::format("{} min", whole / 60);
    return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
}

std::string heading_of(const json::object& status) {
    return fmt::format("{}: {}, up {}, {:.0f} MiB resident, skep {}\n", text_of(status, "name"),
                       status.contains("ready") && status.at("ready") == true ? "ready" : "not ready",
                       duration_text(number_of(status, "uptime_seconds")), number_of(status, "rss_bytes") / (1 << 20),
                       text_of(status, "version"));
}

void add_store_columns(Listing& listing) {
    constexpr std::string_view kStore = "store";
    const auto add = [&](std::string title, std::string member, Column::Width width) {
        listing.columns.push_back({std::move(title), std::move(member), width, std::string(kStore)});
    };
    add("STORE", "state", always);
    add("STORE BYTES", "bytes", always);
    add("WAL BYTES", "wal_bytes", wide_only);
    add("MIGRATIONS", "migrations", wide_only);
    add("TURNS", "turns", wide_only);
    add("BATCHES", "batches", wide_only);
    add("REPLAYS", "replays", wide_only);
    add("STORE ERROR", "error", wide_only);
}

Listing listing_of(const json::object& status) {
    Listing listing;
    listing.columns = {{"NAME", "name"},
                       {"STATE", "state"},
                       {"KIND", "kind"},
                       {"REQUESTS", "requests"},
                       {"ERRORS", "errors"},
                       {"P50 MS", "p50_ms"},
                       {"P99 MS", "p99_ms"},
                       {"VERSION", "version", wide_only},
                       {"REVISION", "revision", wide_only},
                       {"ROUTES", "routes", wide_only},
                       {"MODULE BYTES", "module_bytes", wide_only},
                       {"ERROR", "error", wide_only}};
    listing.name_member = "name";
    listing.heading = heading_of(status);
    listing.whole = status;
    if (const json::value* services = status.if_contains("services"); services != nullptr && services->is_array()) {
        for (const json::value& service : services->get_array()) {
            if (service.is_object())
                listing.rows.push_back(service.get_object());
        }
    }
    if (std::ranges::any_of(listing.rows, [](const json::object& row) { return row.contains("store"); }))
        add_store_columns(listing);
    return listing;
}

Result<Listing> status(const ProjectFlags& flags, const Surroundings& world) {
    TRY(const auto client, connect(flags, world));
    TRY(const ControlReply reply, client->get("/api/v1/status"));
    TRY(const json::object status, parse_object(reply.body));
    return listing_of(status);
}

}  // namespace

void add_status(CLI::App& root, Session& session) {
    auto flags = std::make_shared<ProjectFlags>();
    CLI::App* command = add_command(root, session, "status", "The running application and its services",
                                    [&session, flags](Output& output) {
                                        const auto listing = status(*flags, session.world);
                                        if (!listing)
                                            return output.fail(listing.error());
                                        output.print(*listing);
                                        return 0;
                                    });
    add_project_option(*command, *flags);
    add_format(*command, session);
}

}  // namespace skep::cli
