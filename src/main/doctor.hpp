#pragma once
// `skep doctor`: is this machine fit, and this project well?

#include "base/environment.hpp"
#include "cli/command_line.hpp"

namespace skep {

// Prints a line a check: ok, note or problem, with how to mend it. Exits 1 where there is a problem.
int doctor(const cli::DoctorOptions& options, const Environment& environment, cli::Output& output);

}  // namespace skep
