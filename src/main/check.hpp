#pragma once
// `skep check`: validates a manifest and its modules without starting anything. Modules are compiled, so that what they
// import is known; their code is kept for `skep up`.

#include "base/environment.hpp"
#include "cli/command_line.hpp"

namespace skep {

int check(const cli::ProjectOptions& project, const Environment& environment, cli::Output& output);

}  // namespace skep
