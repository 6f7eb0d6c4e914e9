#include "main/host_paths.hpp"

#include <string>
#include <unistd.h>

namespace skep {

std::filesystem::path cache_folder(const Environment& environment) {
    if (const std::string cache = value_of(environment, "XDG_CACHE_HOME"); cache.starts_with('/'))
        return std::filesystem::path(cache) / "skep";
    if (const std::string home = value_of(environment, "HOME"); !home.empty())
        return std::filesystem::path(home) / ".cache" / "skep";
    return std::filesystem::temp_directory_path() / ("skep-" + std::to_string(::getuid()));
}

}  // namespace skep
