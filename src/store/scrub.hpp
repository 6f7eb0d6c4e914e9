#pragma once
// Reading all of a store that nobody uses.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/disk.hpp"

namespace skep::store {

// Opens the store in `folder`, which recovers it, reads every byte and reports each damaged place, "store.db page 7:
// …"; empty where all is well. What keeps it from being opened is one of them. `on_read` is told how many bytes are
// read of how many. Fails where the disk does. Blocking; by the one process that may open it.
Result<std::vector<std::string>> scrub_store(Disk& disk, const Clock& clock, const std::filesystem::path& folder,
                                             const std::function<void(std::uint64_t, std::uint64_t)>& on_read);

}  // namespace skep::store
