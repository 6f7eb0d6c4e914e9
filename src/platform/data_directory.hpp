#pragma once
// DataDirectory: the folder that holds all state of one running Skep.

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace skep::platform {

// Held by one process at a time, by a lock on the file `lock` in it.
class DataDirectory {
public:
    // Makes the folder where it is missing. Fails with `data_directory_locked` or `data_directory_not_writable`.
    static Result<DataDirectory> claim(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }

    // The token of the control API: made at the first start, kept in control.token (mode 0600).
    Result<std::string> control_token() const;

    // Leaves in control.address where the control API listens, for the commands that ask it. Where that fails, the
    // address of before is gone.
    Result<> leave_control_address(std::string_view address) const;

private:
    DataDirectory(std::filesystem::path path, UniqueFd lock) : path_(std::move(path)), lock_(std::move(lock)) {}

    std::filesystem::path path_;
    UniqueFd lock_;
};

}  // namespace skep::platform
