#pragma once
// The command line: parses it, runs what it names, and says how that ended.

#include <chrono>
#include <filesystem>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/control_client.hpp"
#include "cli/output.hpp"
#include "manifest/manifest.hpp"

namespace skep::cli {

// What every command that reads a manifest takes. `layers` has the profile, the flags and the
// environment.
struct ProjectOptions {
    std::filesystem::path manifest = ".";  // a file or its folder
    std::filesystem::path data_dir;        // absolute; `.skep` beside the manifest where none is given
    manifest::Layers layers;
};

// Of `build`: only these services, all where it is empty.
struct BuildOptions {
    ProjectOptions project;
    std::vector<std::string> services;
};

// Of `run`: one WASI program or, with `listen`, one handler.
struct RunOptions {
    std::filesystem::path file;
    std::vector<std::string> arguments;
    std::vector<std::pair<std::string, std::string>> directories;  // host, guest
    std::vector<std::pair<std::string, std::string>> environment;
    bool network = false;
    std::string listen;
};

// Of `doctor`.
struct DoctorOptions {
    ProjectOptions project;
    bool scrub = false;  // read every byte of every store
};

// Of `migrate`: the migrations of one service, all where it is empty; with `plan_only` nothing is run.
struct MigrateOptions {
    ProjectOptions project;
    std::string service;
    bool plan_only = false;
};

// Of `restore`.
struct RestoreOptions {
    ProjectOptions project;
    std::filesystem::path backup;  // absolute
    bool force = false;            // replace the stores that are there
};

// The commands that run in this process. Each prints through the Output and returns the exit code.
struct Commands {
    std::function<int(const ProjectOptions&, Output&)> up;
    std::function<int(const ProjectOptions&, Output&)> dev;
    std::function<int(const ProjectOptions&, Output&)> check;
    std::function<int(const BuildOptions&, Output&)> build;
    std::function<int(const RunOptions&, Output&)> run;
    std::function<int(const DoctorOptions&, Output&)> doctor;
    // The migrations that were run, or with `plan_only` all there are: {"service","name","state"}, as the control API
    // gives them. Fails with `data_directory_locked` where a Skep runs.
    std::function<Result<std::vector<boost::json::object>>(const MigrateOptions&)> migrate;
    std::function<int(const RestoreOptions&, Output&)> restore;
};

// What surrounds the command line; its members outlive the call. `connect` takes "IP:PORT" and the
// token. `wait` returns false where the wait was interrupted (Ctrl-C).
struct Surroundings {
    std::ostream& out;
    std::ostream& err;
    bool err_is_terminal = false;
    std::vector<std::pair<std::string, std::string>> environment;
    std::function<Result<std::unique_ptr<ControlClient>>(const std::string& address, const std::string& token)> connect;
    std::function<bool(std::chrono::milliseconds)> wait;
    std::function<std::string()> read_input;  // all of stdin
    std::string version;
    std::string engine_version;  // "wasmtime 48.0.8"
};

// Runs `arguments` (without the program's name) and returns the exit code.
int run(const std::vector<std::string>& arguments, const Commands& commands, const Surroundings& surroundings);

// What Output::fail takes of a manifest that was not loaded.
std::vector<Error> errors_of(std::vector<manifest::Fault> faults);

// The body of GET /api/v1/config, secrets redacted:
// {"settings":[{"key","value","layer","hides":[…]}]}.
std::string describe(const std::vector<manifest::Origin>& origins);

// Every command, "config explain".
std::vector<std::string> command_paths();

// The pages of the documentation that are made from code: docs/errors.md, docs/guide/commands.md.
std::string errors_page();
std::string commands_page();

}  // namespace skep::cli
