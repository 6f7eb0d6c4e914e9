// What is in the database of a service.
#include <boost/json.hpp>

#include "cli/detail/json_reply.hpp"
#include "cli/detail/operation.hpp"
#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

struct DataFlags {
    ProjectFlags project;
    std::string service;
    std::string sql;
    std::string file;
};

Result<std::string> target_of(const DataFlags& flags, std::string_view what) {
    TRY(const model::ServiceName service, model::parse_service_name(flags.service));
    return fmt::format("/api/v1/stores/{}/{}", service.value(), what);
}

// Members of a row must differ; a result's columns need not: "id", "id_2".
std::vector<std::string> unique_names(const json::array& columns) {
    std::vector<std::string> names;
    for (const json::value& column : columns) {
        const std::string title = column.is_string() ? std::string(column.get_string()) : std::string();
        std::string name = title;
        for (int number = 2; std::ranges::find(names, name) != names.end(); ++number)
            name = fmt::format("{}_{}", title, number);
        names.push_back(std::move(name));
    }
    return names;
}

Result<const json::array*> array_in(const json::object& object, std::string_view member) {
    const json::value* value = object.if_contains(member);
    if (value == nullptr || !value->is_array())
        return fail("upstream_protocol_error", "the control API's answer has no '{}'", member);
    return &value->get_array();
}

Result<Listing> tables(const DataFlags& flags, const Surroundings& world) {
    TRY(const std::string target, target_of(flags, "tables"));
    TRY(const auto client, connect(flags.project, world));
    TRY(const ControlReply reply, client->get(target));
    TRY(const json::object object, parse_object(reply.body));
    TRY(const json::array* found, array_in(object, "tables"));
    Listing listing{.columns = {{"NAME", "name"},
                                {"KIND", "kind"},
                                {"ROWS", "rows"},
                                {"COLUMNS", "columns", Column::Width::wide_only}},
                    .name_member = "name"};
    for (const json::value& table : *found) {
        if (table.is_object())
            listing.rows.push_back(table.get_object());
    }
    return listing;
}

Result<Listing> listing_of_rows(const json::object& result) {
    TRY(const json::array* columns, array_in(result, "columns"));
    TRY(const json::array* rows, array_in(result, "rows"));
    const std::vector<std::string> names = unique_names(*columns);
    Listing listing;
    for (const std::string& name : names)
        listing.columns.push_back({name, name});
    listing.name_member = names.empty() ? "" : names.front();
    for (const json::value& row : *rows) {
        json::object& object = listing.rows.emplace_back();
        const json::array values = row.is_array() ? row.get_array() : json::array();
        for (std::size_t at = 0; at < std::min(names.size(), values.size()); ++at)
            object[names[at]] = values[at];
    }
    return listing;
}

Result<Listing> query(const DataFlags& flags, const Surroundings& world) {
    TRY(const std::string target, target_of(flags, "query"));
    const std::string sql = flags.sql == "-" ? world.read_input() : flags.sql;
    TRY(const auto client, connect(flags.project, world));
    TRY(const ControlReply reply, client->post(target, json::serialize(json::object{{"sql", sql}})));
    TRY(const json::object result, parse_object(reply.body));
    return listing_of_rows(result);
}

Result<Listing> export_to(const DataFlags& flags, const Surroundings& world, Output& output) {
    TRY(const std::string target, target_of(flags, "export"));
    TRY(const auto client, connect(flags.project, world));
    std::error_code ignored;
    const std::string file = std::filesystem::absolute(flags.file, ignored).lexically_normal().string();
    TRY(json::object result, follow_operation(*client, target, {{"file", file}}, output));
    Listing listing{
        .kind = Listing::Kind::one, .columns = {{"file", "file"}, {"bytes", "bytes"}}, .name_member = "file"};
    listing.rows.push_back(std::move(result));
    return listing;
}

using Ask = Result<Listing> (*)(const DataFlags&, const Surroundings&, Output&);

CLI::App* add_data_command(CLI::App& data, Session& session, std::string name, std::string description,
                           const std::shared_ptr<DataFlags>& flags, Ask ask) {
    CLI::App* command =
        add_command(data, session, std::move(name), std::move(description), [&session, flags, ask](Output& output) {
            const auto listing = ask(*flags, session.world, output);
            if (!listing)
                return output.fail(listing.error());
            output.print(*listing);
            return 0;
        });
    command->add_option("service", flags->service, "The service's name")->required();
    return command;
}

}  // namespace

void add_data(CLI::App& root, Session& session) {
    CLI::App* data = root.add_subcommand("data", "What is in the database of a service");
    data->require_subcommand(1);
    const auto flags = std::make_shared<DataFlags>();
    CLI::App* list = add_data_command(
        *data, session, "tables", "The tables and views of a service's database", flags,
        [](const DataFlags& given, const Surroundings& world, Output&) { return tables(given, world); });
    CLI::App* select = add_data_command(
        *data, session, "query", "The rows of one statement that reads", flags,
        [](const DataFlags& given, const Surroundings& world, Output&) { return query(given, world); });
    select->add_option("sql", flags->sql, "The statement, or - for the input")->required();
    CLI::App* write = add_data_command(*data, session, "export", "Write a snapshot of the database as plain SQLite",
                                       flags, export_to);
    write->add_option("file", flags->file, "A file that is not there yet, on the machine that Skep runs on")
        ->required();
    for (CLI::App* command : {list, select, write}) {
        add_project_option(*command, flags->project);
        add_format(*command, session);
    }
}

}  // namespace skep::cli
