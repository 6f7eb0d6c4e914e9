#pragma once
// The entries of `route_options`.

#include <optional>
#include <vector>

#include "manifest/detail/convert.hpp"

namespace skep::manifest {

// Reads every table of the array `list`. Says the first thing that is wrong in each, and stores nothing then.
std::vector<ValueFault> store_route_options(const Node& list, std::vector<model::RouteOptions>& options);

}  // namespace skep::manifest
