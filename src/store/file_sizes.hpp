#pragma once
// A store's files, as they look from outside.

#include <cstdint>
#include <filesystem>
#include <optional>

namespace skep::store {

struct FileSizes {
    std::uint64_t bytes = 0;      // of all of them
    std::uint64_t wal_bytes = 0;  // of these, the write-ahead log's
};

// Of the store in `folder`, which may be damaged or in use; none where no file of one is there. Blocking; any thread.
std::optional<FileSizes> file_sizes(const std::filesystem::path& folder);

}  // namespace skep::store
