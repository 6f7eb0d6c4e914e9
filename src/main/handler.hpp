#pragma once
// `skep run --listen`: one handler behind an address of its own.

#include "base/environment.hpp"
#include "cli/command_line.hpp"

namespace skep {

// Serves every path until a signal ends it. Nothing is kept: its data directory is a temporary one.
int serve_handler(const cli::RunOptions& options, const Environment& environment, cli::Output& output);

}  // namespace skep
