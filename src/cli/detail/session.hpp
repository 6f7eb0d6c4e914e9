#pragma once
// One run of the command line: what the commands' definitions share.

#include <CLI/CLI.hpp>

#include "cli/command_line.hpp"

namespace skep::cli {

// Parsing sets `chosen`; it is run when the whole line is known to be valid.
struct Session {
    const Commands& commands;
    const Surroundings& world;
    CLI::App* root = nullptr;
    std::string format = "table";
    std::function<int(Output&)> chosen;
};

// The flags of a command that reads a manifest, as text.
struct ProjectFlags {
    std::string manifest = ".";
    std::string data_dir;
    std::string listen;
    std::string control;
    std::string profile;
};

// The value of a variable, or "".
std::string variable(const Surroundings& world, std::string_view name);

// Defines a command below `parent` that runs `action`.
CLI::App* add_command(CLI::App& parent, Session& session, std::string name, std::string description,
                      std::function<int(Output&)> action);

// One of `names`; without naming them all over again in the help.
CLI::Validator one_of(std::vector<std::string> names);

// `-o`.
void add_format(CLI::App& command, Session& session);

// The manifest as first argument or, with `--manifest`, as an option; `--profile`, `--data-dir`.
void add_project(CLI::App& command, ProjectFlags& flags);
void add_project_option(CLI::App& command, ProjectFlags& flags);

ProjectOptions project_options(const ProjectFlags& flags, const Surroundings& world);

// A client of the Skep that runs the project: at `--control`, else at the address that it left in
// its data directory, else at the manifest's; with the token of the data directory.
Result<std::unique_ptr<ControlClient>> connect(const ProjectFlags& flags, const Surroundings& world);

// The definitions; each is one file.
void add_hosted_commands(CLI::App& root, Session& session);  // up dev build check run doctor
void add_data(CLI::App& root, Session& session);             // data tables, query, export
void add_migrate(CLI::App& root, Session& session);
void add_backup(CLI::App& root, Session& session);  // backup, restore
void add_status(CLI::App& root, Session& session);
void add_logs(CLI::App& root, Session& session);
void add_call(CLI::App& root, Session& session);
void add_config(CLI::App& root, Session& session);
void add_explain(CLI::App& root, Session& session);
void add_new(CLI::App& root, Session& session);
void add_completion(CLI::App& root, Session& session);
void add_version(CLI::App& root, Session& session);

// Defines every command below `root`.
void add_all_commands(CLI::App& root, Session& session);

// The subcommands of `command`, in the order of their definition.
std::vector<const CLI::App*> subcommands_of(const CLI::App& command);

}  // namespace skep::cli
