#pragma once
// What only shows when the whole manifest is seen.

#include "manifest/detail/settings.hpp"

namespace skep::manifest {

// Checks `application`, built from `settings`: names that must exist, routes that exclude one
// another, files. `faults` is the one that `settings` reports to.
void check(const model::Application& application, Settings& settings, FileChecks files, Faults& faults);

}  // namespace skep::manifest
