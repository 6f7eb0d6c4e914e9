#pragma once
// Where Skep keeps what belongs to the user, not to a project.

#include <filesystem>

#include "base/environment.hpp"

namespace skep {

// $XDG_CACHE_HOME/skep, ~/.cache/skep, or a folder of the user under the temporary one where there is no home.
std::filesystem::path cache_folder(const Environment& environment);

}  // namespace skep
