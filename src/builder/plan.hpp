#pragma once
// Plan: what of an application is to be built.

#include <span>
#include <string>
#include <vector>

#include "builder/source.hpp"
#include "model/application.hpp"

namespace skep::builder {

// One module, for all services that run it.
struct Step {
    std::vector<std::string> services;
    std::filesystem::path module;
    Source source;
};

struct Plan {
    std::vector<Step> steps;    // in the order of the manifest
    std::vector<Error> errors;  // what cannot be built
};

// What `names` (all services where it is empty) need. A service at a URL has nothing to build, nor has a module that
// lies there without a source; where neither is there, or a name is unknown, that is an error. Blocking.
Plan plan(const model::Application& application, std::span<const std::string> names);

}  // namespace skep::builder
