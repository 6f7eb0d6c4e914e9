#pragma once
// `skep dev`: serves an application, and builds and swaps what is saved.

#include "base/environment.hpp"
#include "cli/command_line.hpp"

namespace skep {

// As `up` in development mode, with sources watched.
int dev(const cli::ProjectOptions& project, const Environment& environment, cli::Output& output);

}  // namespace skep
