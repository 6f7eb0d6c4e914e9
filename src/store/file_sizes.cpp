#include "store/file_sizes.hpp"

#include <system_error>

#include "store/detail/files/store_parts.hpp"

namespace skep::store {
namespace {

std::optional<std::uint64_t> size_of(const std::filesystem::path& file) {
    std::error_code fault;
    const auto bytes = std::filesystem::file_size(file, fault);
    return fault ? std::nullopt : std::optional<std::uint64_t>(bytes);
}

}  // namespace

std::optional<FileSizes> file_sizes(const std::filesystem::path& folder) {
    const auto main = size_of(folder / kMainName);
    const auto wal = size_of(folder / kWalName);
    const auto mark = size_of(folder / kMarkName);
    if (!main && !wal && !mark)
        return std::nullopt;
    return FileSizes{.bytes = main.value_or(0) + wal.value_or(0) + mark.value_or(0), .wal_bytes = wal.value_or(0)};
}

}  // namespace skep::store
