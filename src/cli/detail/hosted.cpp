// The commands that run in this process: their flags here, their work in main.
#include "cli/detail/session.hpp"

namespace skep::cli {
namespace {

using ProjectCommand = std::function<int(const ProjectOptions&, Output&)>;

CLI::App* add_project_command(CLI::App& root, Session& session, std::string name, std::string description,
                              const ProjectCommand& action) {
    auto flags = std::make_shared<ProjectFlags>();
    CLI::App* command = add_command(
        root, session, std::move(name), std::move(description),
        [&session, &action, flags](Output& output) { return action(project_options(*flags, session.world), output); });
    add_project(*command, *flags);
    command->add_option("--listen", flags->listen, "The address of the application")->type_name("IP:PORT");
    add_format(*command, session);
    return command;
}

void add_build(CLI::App& root, Session& session) {
    auto flags = std::make_shared<ProjectFlags>();
    auto services = std::make_shared<std::vector<std::string>>();
    CLI::App* command = add_command(root, session, "build", "Build the services with their languages' own tools",
                                    [&session, flags, services](Output& output) {
                                        BuildOptions options{project_options(*flags, session.world), *services};
                                        options.project.layers.files = manifest::FileChecks::may_be_missing;
                                        return session.commands.build(options, output);
                                    });
    add_project(*command, *flags);
    command->add_option("--service", *services, "Only this one; may be given more than once")
        ->type_name("NAME")
        ->take_all()
        ->allow_extra_args(false);
    add_format(*command, session);
}

// "A=B" or "A::B" at `mark`.
Result<std::pair<std::string, std::string>> split_pair(const std::string& text, std::string_view mark,
                                                       std::string_view flag) {
    const auto at = text.find(mark);
    if (at == std::string::npos || at == 0)
        return fail("usage", "{} takes A{}B, '{}' is none", flag, mark, text);
    return std::pair(text.substr(0, at), text.substr(at + mark.size()));
}

struct RunFlags {
    std::string file;
    std::vector<std::string> arguments;
    std::vector<std::string> directories;
    std::vector<std::string> variables;
    bool network = false;
    std::string listen;
};

Result<RunOptions> run_options(const RunFlags& flags) {
    RunOptions options{flags.file, flags.arguments, {}, {}, flags.network, flags.listen};
    for (const std::string& text : flags.directories) {
        TRY(auto pair, split_pair(text.contains("::") ? text : text + "::" + text, "::", "--dir"));
        options.directories.push_back(std::move(pair));
    }
    for (const std::string& text : flags.variables) {
        TRY(auto pair, split_pair(text, "=", "--env"));
        options.environment.push_back(std::move(pair));
    }
    return options;
}

void add_run(CLI::App& root, Session& session) {
    auto flags = std::make_shared<RunFlags>();
    CLI::App* command = add_command(
        root, session, "run", "Run a WASI program, or serve one handler", [&session, flags](Output& output) {
            const auto options = run_options(*flags);
            return options ? session.commands.run(*options, output) : output.fail(options.error());
        });
    command->add_option("file", flags->file, "The WebAssembly file")->required();
    command->add_option("arguments", flags->arguments, "The program's arguments, after --");
    command->add_option("--dir", flags->directories, "A folder that the program sees, HOST::GUEST")
        ->type_name("HOST::GUEST")
        ->take_all()
        ->allow_extra_args(false);
    command->add_option("--env", flags->variables, "A variable of the program's environment")
        ->type_name("NAME=VALUE")
        ->take_all()
        ->allow_extra_args(false);
    command->add_flag("--net", flags->network, "Let the program use the network");
    command->add_option("--listen", flags->listen, "Serve a handler's component here")->type_name("IP:PORT");
    add_format(*command, session);
}

void add_doctor(CLI::App& root, Session& session) {
    auto flags = std::make_shared<ProjectFlags>();
    auto scrub = std::make_shared<bool>(false);
    CLI::App* command =
        add_command(root, session, "doctor", "Check the machine and the project for what is missing",
                    [&session, flags, scrub](Output& output) {
                        return session.commands.doctor({project_options(*flags, session.world), *scrub}, output);
                    });
    add_project(*command, *flags);
    command->add_flag("--scrub", *scrub, "Read every byte of every store and name what is damaged; while no Skep runs");
    add_format(*command, session);
}

}  // namespace

void add_hosted_commands(CLI::App& root, Session& session) {
    const Commands& commands = session.commands;
    add_build(root, session);
    add_project_command(root, session, "dev", "Serve the application; build and swap what is saved", commands.dev);
    add_project_command(root, session, "up", "Serve the application", commands.up);
    add_project_command(root, session, "check", "Check the manifest and the modules; start nothing", commands.check);
    add_run(root, session);
    add_doctor(root, session);
}

}  // namespace skep::cli
