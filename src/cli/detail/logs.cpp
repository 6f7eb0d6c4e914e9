#include <charconv>

#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "cli/detail/json_reply.hpp"
#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

constexpr std::chrono::milliseconds kPollInterval{500};

struct LogFlags {
    ProjectFlags project;
    std::string service;
    unsigned tail = 100;
    bool follow = false;
};

// "12:00:01.042 info  users      listening  key=value"
std::string line_for_people(const json::object& record) {
    const std::string time = text_of(record, "time");
    const std::string service = text_of(record, "service");
    std::string line =
        fmt::format("{} {:<5} {:<10} {}", time.size() > 23 ? time.substr(11, 12) : time, text_of(record, "level"),
                    service.empty() ? "skep" : service, text_of(record, "message"));
    for (const auto& field : record) {
        constexpr std::string_view kShown = "time level service message trace_id request_id";
        if (!kShown.contains(std::string_view(field.key())) && field.value().is_string())
            line += fmt::format(" {}={}", std::string_view(field.key()), std::string_view(field.value().get_string()));
    }
    for (char& c : line) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            c = ' ';
    }
    return line + "\n";
}

std::vector<json::object> records_of(std::string_view lines) {
    std::vector<json::object> records;
    while (!lines.empty()) {
        const auto end = std::min(lines.find('\n'), lines.size());
        if (auto record = parse_object(lines.substr(0, end)))
            records.push_back(*std::move(record));
        lines.remove_prefix(std::min(end + 1, lines.size()));
    }
    return records;
}

void print(std::vector<json::object> records, Output& output) {
    if (output.is_for_people()) {
        for (const json::object& record : records)
            output.print_raw(line_for_people(record));
        return;
    }
    Listing listing;
    listing.name_member = "message";
    listing.rows = std::move(records);
    output.print(listing);
}

std::string target_of(const LogFlags& flags, std::string_view from) {
    std::string target = "/api/v1/logs?service=" + flags.service;
    if (from.empty())
        return target + fmt::format("&tail={}", flags.tail);
    return target + fmt::format("&from={}", from);
}

// Prints what there is and, with --follow, what comes, until the wait is interrupted.
Result<> logs(const LogFlags& flags, const Surroundings& world, Output& output) {
    if (!flags.service.empty())
        TRY_DO(model::parse_service_name(flags.service));
    TRY(const auto client, connect(flags.project, world));
    std::string next;
    do {
        TRY(const ControlReply reply, client->get(target_of(flags, next)));
        std::vector<json::object> records = records_of(reply.body);
        if (!records.empty() || !flags.follow)
            print(std::move(records), output);
        next = reply.headers.get("x-skep-next");
    } while (flags.follow && world.wait(kPollInterval));
    return {};
}

}  // namespace

void add_logs(CLI::App& root, Session& session) {
    auto flags = std::make_shared<LogFlags>();
    CLI::App* command =
        add_command(root, session, "logs", "The log of the running application", [&session, flags](Output& output) {
            const bool as_one_value = output.format() == OutputFormat::json || output.format() == OutputFormat::yaml;
            if (flags->follow && as_one_value)
                return output.fail(error("usage", "--follow has no end: choose -o jsonl"));
            const auto printed = logs(*flags, session.world, output);
            return printed ? 0 : output.fail(printed.error());
        });
    command->add_option("service", flags->service, "Only this service's lines");
    command->add_flag("-f,--follow", flags->follow, "Go on until Ctrl-C");
    command->add_option("--tail", flags->tail, "How many of the last lines, 100")->type_name("COUNT");
    add_project_option(*command, flags->project);
    add_format(*command, session);
}

}  // namespace skep::cli
