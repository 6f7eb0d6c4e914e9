#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/files.hpp"
#include "cli/detail/json_reply.hpp"
#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kLargestBody = 4ULL << 20;

struct CallFlags {
    ProjectFlags project;
    std::string service;
    std::vector<std::string> request;  // PATH, or METHOD PATH
    std::vector<std::string> headers;
    std::string body;
    bool show_head = false;
};

// The body as given, or what "@FILE" or "-" stand for.
Result<std::string> body_of(const CallFlags& flags, const Surroundings& world) {
    if (flags.body == "-")
        return world.read_input();
    if (flags.body.starts_with('@'))
        return read_file(flags.body.substr(1), kLargestBody);
    return flags.body;
}

Result<json::object> headers_of(const CallFlags& flags) {
    json::object headers;
    for (const std::string& field : flags.headers) {
        const auto colon = field.find(':');
        if (colon == std::string::npos || colon == 0)
            return fail("usage", "--header takes NAME:VALUE, '{}' is none", field);
        const auto value = field.find_first_not_of(' ', colon + 1);
        headers[field.substr(0, colon)] = value == std::string::npos ? "" : field.substr(value);
    }
    return headers;
}

Result<json::object> request_of(const CallFlags& flags, const Surroundings& world) {
    const bool has_method = flags.request.size() == 2;
    const std::string path = flags.request.empty() ? "/" : flags.request.back();
    const std::string usual = flags.body.empty() ? "GET" : "POST";
    if (flags.request.size() > 2)
        return fail("usage", "call takes a service and [METHOD] PATH, not {} words more", flags.request.size());
    if (!path.starts_with('/'))
        return fail("usage", "the path '{}' does not start with '/'", path);
    TRY(json::object headers, headers_of(flags));
    TRY(const std::string body, body_of(flags, world));
    return json::object{{"service", flags.service},
                        {"method", has_method ? flags.request.front() : usual},
                        {"path", path},
                        {"headers", std::move(headers)},
                        {"body", body}};
}

Result<json::object> call(const CallFlags& flags, const Surroundings& world) {
    TRY(const json::object request, request_of(flags, world));
    TRY(const auto client, connect(flags.project, world));
    TRY(const ControlReply reply, client->post("/api/v1/call", json::serialize(request)));
    return parse_object(reply.body);
}

std::string head_of(const json::object& response) {
    std::string head = fmt::format("{}\n", number_of(response, "status"));
    if (const json::value* headers = response.if_contains("headers"); headers != nullptr && headers->is_object()) {
        for (const auto& field : headers->get_object())
            head += fmt::format("{}: {}\n", std::string_view(field.key()), text_of(headers->get_object(), field.key()));
    }
    return head + "\n";
}

// 0 below 400; else what the problem's code says, or 1.
int exit_code_of_response(const json::object& response) {
    constexpr int kFirstError = 400;
    if (number_of(response, "status") < kFirstError)
        return 0;
    const auto problem = parse_object(text_of(response, "body"));
    const Reason* reason = problem ? find_reason(text_of(*problem, "code")) : nullptr;
    return reason == nullptr ? 1 : skep::exit_code_of(reason->code);
}

int print(const json::object& response, const CallFlags& flags, Output& output) {
    if (output.is_for_people()) {
        const std::string body = text_of(response, "body");
        output.print_raw((flags.show_head ? head_of(response) : "") + body);
        if (!body.empty() && !body.ends_with('\n'))
            output.print_raw("\n");
    } else {
        Listing listing{.kind = Listing::Kind::one, .rows = {response}, .name_member = "status"};
        output.print(listing);
    }
    return exit_code_of_response(response);
}

}  // namespace

void add_call(CLI::App& root, Session& session) {
    auto flags = std::make_shared<CallFlags>();
    CLI::App* command =
        add_command(root, session, "call", "Send a request to a service", [&session, flags](Output& output) {
            const auto response = call(*flags, session.world);
            return response ? print(*response, *flags, output) : output.fail(response.error());
        });
    command->add_option("service", flags->service, "The service's name")->required();
    command->add_option("request", flags->request, "PATH or METHOD PATH; GET, or POST where there is a body")
        ->type_name("[METHOD] PATH")
        ->expected(-1);
    command->add_option("-H,--header", flags->headers, "A header field")
        ->type_name("NAME:VALUE")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("-d,--data", flags->body, "The body: as it is, @FILE, or - for the input")->type_name("BODY");
    command->add_flag("-i,--include", flags->show_head, "Show status and headers too");
    add_project_option(*command, flags->project);
    add_format(*command, session);
}

}  // namespace skep::cli
