#include "builder/detail/sdk_folder.hpp"

#include <cstdint>
#include <unistd.h>

#include "base/files.hpp"
#include "builder/detail/embedded_sdk.hpp"

namespace skep::builder {
namespace {

constexpr std::uint64_t kStart = 0xcbf29ce484222325;

// FNV-1a: names files, protects nothing.
std::uint64_t mix(std::uint64_t hash, std::string_view text) {
    constexpr std::uint64_t kPrime = 0x100000001b3;
    for (const char character : text)
        hash = (hash ^ static_cast<unsigned char>(character)) * kPrime;
    return hash;
}

std::string name_of_sdk() {
    std::uint64_t hash = kStart;
    for (const auto& file : embedded_sdk())
        hash = mix(mix(hash, file.path), file.content);
    return fmt::format("{:016x}", hash);
}

Result<> unpack(const std::filesystem::path& folder) {
    for (const auto& file : embedded_sdk()) {
        const auto path = folder / file.path;
        std::error_code fault;
        std::filesystem::create_directories(path.parent_path(), fault);
        if (fault)
            return fail(file_error("create", path.parent_path(), fault.value()));
        TRY_DO(write_file(path, file.content));
    }
    return {};
}

}  // namespace

std::string short_name_of(std::string_view text) {
    return fmt::format("{:016x}", mix(kStart, text));
}

Result<std::filesystem::path> sdk_folder(const std::filesystem::path& cache) {
    const auto folder = cache / "sdk" / name_of_sdk();
    if (std::filesystem::exists(folder))
        return folder;
    const std::filesystem::path scratch = fmt::format("{}.{}", folder.string(), ::getpid());
    TRY_DO(unpack(scratch));
    std::error_code fault;
    std::filesystem::rename(scratch, folder, fault);
    if (!fault)
        return folder;
    // Another process was faster.
    std::error_code ignored;
    std::filesystem::remove_all(scratch, ignored);
    if (std::filesystem::exists(folder))
        return folder;
    return fail(file_error("create", folder, fault.value()));
}

}  // namespace skep::builder
