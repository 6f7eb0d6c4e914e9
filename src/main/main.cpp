#include <csignal>
#include <iostream>
#include <iterator>
#include <string>
#include <string_view>
#include <unistd.h>
#include <vector>

#include "base/environment.hpp"
#include "cli/command_line.hpp"
#include "cli/http_control_client.hpp"
#include "main/build.hpp"
#include "main/check.hpp"
#include "main/compile.hpp"
#include "main/dev.hpp"
#include "main/doctor.hpp"
#include "main/program.hpp"
#include "main/signals.hpp"
#include "main/stores.hpp"
#include "main/up.hpp"

namespace {

using namespace skep;

cli::Commands commands_with(const Environment& environment) {
    cli::Commands commands;
    commands.up = [&environment](const cli::ProjectOptions& project, cli::Output& output) {
        return up(project, environment, output);
    };
    commands.dev = [&environment](const cli::ProjectOptions& project, cli::Output& output) {
        return dev(project, environment, output);
    };
    commands.check = [&environment](const cli::ProjectOptions& project, cli::Output& output) {
        return check(project, environment, output);
    };
    commands.build = [&environment](const cli::BuildOptions& options, cli::Output& output) {
        return build(options, environment, output);
    };
    commands.run = [&environment](const cli::RunOptions& options, cli::Output& output) {
        return run_program(options, environment, output);
    };
    commands.doctor = [&environment](const cli::DoctorOptions& options, cli::Output& output) {
        return doctor(options, environment, output);
    };
    commands.migrate = migrate;
    commands.restore = restore;
    return commands;
}

cli::Surroundings surroundings_with(const Environment& environment) {
    return {.out = std::cout,
            .err = std::cerr,
            .err_is_terminal = ::isatty(STDERR_FILENO) != 0,
            .environment = environment,
            .connect =
                [](const std::string& address, const std::string& token) {
                    static const SystemClock clock;
                    return cli::connect_over_http(address, token, clock);
                },
            .wait =
                [](std::chrono::milliseconds patience) {
                    static Signals signals;  // also what comes between two waits ends the command well
                    return !signals.wait_for(patience).has_value();
                },
            .read_input = [] { return std::string(std::istreambuf_iterator<char>(std::cin), {}); },
            .version = SKEP_VERSION,
            .engine_version = "wasmtime " SKEP_WASMTIME_VERSION};
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGPIPE, SIG_IGN);
    const std::vector<std::string> arguments(argv + 1, argv + argc);
    if (arguments.size() == 3 && arguments[0] == "__compile")
        return compile_module(arguments[1], arguments[2]);
    const Environment environment = process_environment();
    return cli::run(arguments, commands_with(environment), surroundings_with(environment));
}
