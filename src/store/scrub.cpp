#include "store/scrub.hpp"

#include "store/detail/files/store_files.hpp"

namespace skep::store {

Result<std::vector<std::string>> scrub_store(Disk& disk, const Clock& clock, const std::filesystem::path& folder,
                                             const std::function<void(std::uint64_t, std::uint64_t)>& on_read) {
    using OnRead = std::function<void(std::uint64_t, std::uint64_t)>;
    const auto files = StoreFiles::open(disk, clock, folder);
    if (!files && files.error().name() == "store_damaged")
        return std::vector<std::string>{files.error().message()};
    if (!files)
        return fail(files.error());
    OnRead tell = on_read;
    const auto progress = [](void* context, std::uint64_t done, std::uint64_t all) {
        (*static_cast<OnRead*>(context))(done, all);
    };
    return (*files)->scrub(progress, &tell);
}

}  // namespace skep::store
