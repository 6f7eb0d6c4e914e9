#pragma once
// `skep __compile IN OUT`: the code cache's compiler, in a process of its own.

#include <string>

namespace skep {

// Compiles the module IN to OUT under limits on memory, CPU time and output. Returns the exit code; what is wrong is
// printed to stderr.
int compile_module(const std::string& input, const std::string& output);

}  // namespace skep
