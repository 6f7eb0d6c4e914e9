#pragma once
// `skep check`: validates a manifest and its modules without starting anything.

#include "cli/command_line.hpp"

namespace skep {

int check(const cli::ProjectOptions& project, cli::Output& output);

}  // namespace skep
