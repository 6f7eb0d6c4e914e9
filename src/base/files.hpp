#pragma once
// Whole files in and out. Blocking: never called on an io thread.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace skep {

// The contents of `path`. Fails with `not_found`, `permission_denied`, or `file_too_large` where it holds
// more than `limit` bytes.
Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit);

// Replaces `path` by `contents` in one step: written beside it with `mode`, synced, renamed.
Result<> write_file(const std::filesystem::path& path, std::string_view contents, unsigned mode = 0644);

// The error for a failed system call on `path`: "cannot open x: No such file or directory".
Error file_error(std::string_view attempt, const std::filesystem::path& path, int error_number);

}  // namespace skep
