#pragma once
// `skep run`: a WASI program, or one handler with --listen.

#include "base/environment.hpp"
#include "cli/command_line.hpp"

namespace skep {

// Runs the program with this process's standard streams and returns its exit code; 134 where it trapped, as a native
// program that aborts.
int run_program(const cli::RunOptions& options, const Environment& environment, cli::Output& output);

}  // namespace skep
