#pragma once
// A project in a folder of its own, a Skep that answers what it is told to, and lines to run.

#include <map>
#include <sstream>

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/files.hpp"
#include "cli/command_line.hpp"

namespace skep::cli {

inline constexpr std::string_view kStatus =
    R"({"name":"shop","version":"0.1.0","uptime_seconds":61,"rss_bytes":33554432,
"ready":true,"services":[{"name":"users","version":"1.2.0","kind":"cgi","revision":"ab","state":"serving","requests":3,
"errors":0,"error_rate":0.0,"p50_ms":0.25,"p99_ms":1.5,"routes":["/users"],"module_bytes":1000}]})";
inline constexpr std::string_view kLogs =
    R"({"time":"2026-01-01T12:00:00.042Z","level":"info","service":"users","message":"hi","status":"200"}
{"time":"2026-01-01T12:00:01.000Z","level":"warn","message":"a\u001b[2Jb"}
)";

// Answers what it was told to, and remembers what it was asked.
class FakeControl {
public:
    std::vector<std::string> asked;
    std::map<std::string, Result<ControlReply>> replies;
    bool unreachable = false;

    void answer(const std::string& path, std::string_view body) {
        replies.insert_or_assign(path, ControlReply{{}, std::string(body)});
    }

    std::unique_ptr<ControlClient> client() { return std::make_unique<Client>(*this); }

private:
    class Client final : public ControlClient {
    public:
        explicit Client(FakeControl& control) : control_(control) {}
        Result<ControlReply> get(const std::string& target) override { return reply("GET " + target, target); }
        Result<ControlReply> post(const std::string& target, const std::string& body) override {
            return reply("POST " + target + " " + body, target);
        }
        Result<> post_for_lines(const std::string& target, const std::string& body, const OnLine& on_line) override {
            TRY(const ControlReply whole, reply("POST " + target + " " + body, target));
            std::istringstream lines(whole.body);
            for (std::string line; std::getline(lines, line);)
                on_line(line);
            return {};
        }

    private:
        Result<ControlReply> reply(std::string question, const std::string& target) {
            if (control_.unreachable)
                return fail("control_unreachable", "no Skep answers");
            control_.asked.push_back(std::move(question));
            const auto found = control_.replies.find(target.substr(0, target.find('?')));
            return found == control_.replies.end() ? fail("route_not_found", "no {}", target) : found->second;
        }
        FakeControl& control_;
    };
};

class CommandLineFixture : public testing::Test {
protected:
    CommandLineFixture() {
        std::filesystem::remove_all(folder);
        std::filesystem::create_directories(folder / ".skep");
        write("skep.toml", "[services.users]\nurl = 'http://127.0.0.1:9001'\nroutes = ['/users']\n");
        write(".skep/control.token", "t0ken\n");
        control.answer("/api/v1/status", kStatus);
        control.answer("/api/v1/logs", kLogs);
        control.answer("/api/v1/call", R"({"status":200,"headers":{"content-type":"text/plain"},"body":"hello"})");
        control.answer("/api/v1/stores/users/tables", R"({"tables":[{"name":"users","kind":"table","rows":2,
"columns":["id INTEGER","name TEXT"]}]})");
        control.answer("/api/v1/stores/users/query", R"({"columns":["id","name"],"rows":[[1,"ann"],[2,null]]})");
        control.answer("/api/v1/stores/users/export", R"({"progress":{"service":"users","done":1,"all":2}}
{"result":{"file":"/x/users.db","bytes":4096}})");
        control.answer("/api/v1/backup", R"({"progress":{"service":"users","done":1,"all":2}}
{"result":{"directory":"/b","time":"2026-01-01T12:00:00Z","bytes":4096,"stores":[{"service":"users","bytes":4096}]}})");
        control.answer("/api/v1/migrations",
                       R"({"migrations":[{"service":"users","name":"0001_a.sql","state":"applied"},
{"service":"users","name":"0002_b.sql","state":"pending"}]})");
        control.answer("/api/v1/config", describe({{"app.name", "shop", "default", {}}}));
        const auto project_command = [this](const ProjectOptions& options, Output& output) {
            project = options;
            return report(output);
        };
        commands = {project_command,
                    project_command,
                    project_command,
                    [this](const BuildOptions& options, Output& output) {
                        build = options;
                        return report(output);
                    },
                    [this](const RunOptions& options, Output& output) {
                        program = options;
                        return report(output);
                    },
                    [this](const DoctorOptions& options, Output& output) {
                        doctor = options;
                        return report(output);
                    },
                    [this](const MigrateOptions& options) {
                        migration = options;
                        return migrated;
                    },
                    [this](const RestoreOptions& options, Output& output) {
                        restored = options;
                        return report(output);
                    }};
    }

    void write(const std::string& name, std::string_view text) { ASSERT_TRUE(write_file(folder / name, text)); }

    static int report(Output& output) {
        output.print({.columns = {{"NAME", "name"}}, .rows = {{{"name", "done"}}}, .name_member = "name"});
        return 0;
    }

    // Runs the line in which words are separated by blanks; "@" is the project's folder.
    int run_line(const std::string& line) {
        std::vector<std::string> arguments;
        std::istringstream words(line);
        for (std::string word; words >> word;)
            arguments.push_back(word == "@" ? folder.string() : word);
        out.str("");
        err.str("");
        const Surroundings world{.out = out,
                                 .err = err,
                                 .err_is_terminal = on_terminal,
                                 .environment = environment,
                                 .connect =
                                     [this](const std::string& address, const std::string& token) {
                                         connected = address + " " + token;
                                         return Result<std::unique_ptr<ControlClient>>(control.client());
                                     },
                                 .wait = [this](std::chrono::milliseconds) { return waits-- > 0; },
                                 .read_input = [] { return std::string("from the input"); },
                                 .version = "0.1.0",
                                 .engine_version = "wasmtime 48.0.8"};
        return run(arguments, commands, world);
    }

    boost::json::value json_out() { return boost::json::parse(out.str()); }
    boost::json::value json_error() { return boost::json::parse(err.str()).at("errors").at(0); }

    std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "skep-cli";
    FakeControl control;
    Commands commands;
    ProjectOptions project;
    BuildOptions build;
    RunOptions program;
    DoctorOptions doctor;
    MigrateOptions migration;
    Result<std::vector<boost::json::object>> migrated =
        std::vector<boost::json::object>{{{"service", "users"}, {"name", "0001_a.sql"}, {"state", "applied"}}};
    RestoreOptions restored;
    std::vector<std::pair<std::string, std::string>> environment;
    std::ostringstream out;
    std::ostringstream err;
    std::string connected;
    bool on_terminal = false;
    int waits = 0;
};

}  // namespace skep::cli
