#pragma once
// The embedded SDK as files, for the compiler.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skep::builder {

// The embedded files below `cache`, in a folder that their content names: `include` and `wit`. Written once.
Result<std::filesystem::path> sdk_folder(const std::filesystem::path& cache);

// A short name of `text`: the same text has the same name.
std::string short_name_of(std::string_view text);

}  // namespace skep::builder
