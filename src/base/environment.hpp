#pragma once
// The process's environment; read once in main and passed on.

#include <string>
#include <utility>
#include <vector>

namespace skep {

using Environment = std::vector<std::pair<std::string, std::string>>;

Environment process_environment();

// The value of `name`; empty where it is not set.
std::string value_of(const Environment& environment, const std::string& name);

}  // namespace skep
