#pragma once
// `skep build`: the services' modules from their sources.

#include "base/environment.hpp"
#include "cli/command_line.hpp"

namespace skep {

// Builds each module once and goes on after one that fails. Exits 8 where some were built and others were not.
int build(const cli::BuildOptions& options, const Environment& environment, cli::Output& output);

}  // namespace skep
