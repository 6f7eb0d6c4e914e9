#pragma once
// Disk: the files below the stores. The one door to the operating system, so that tests can tear and fail what is
// behind it.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace skep::store {

// One open file. Blocking. Any thread, and several at once. Fails with `disk_full` where there is no space (or quota),
// with `disk_failed` where the device fails.
class DiskFile {
public:
    virtual ~DiskFile() = default;

    // Reads from `offset` on; returns how many bytes came, fewer than `out` holds only at the end of the file.
    virtual Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) = 0;

    // Writes all of `bytes`. Not durable before `sync`; after a crash any part of it may be there.
    virtual Result<> write(std::uint64_t offset, std::span<const std::uint8_t> bytes) = 0;

    // What was written, and the size, is on stable storage once this returns well. After an error nothing is known
    // about what was written since the last sync.
    virtual Result<> sync() = 0;

    virtual Result<> truncate(std::uint64_t size) = 0;
    virtual Result<std::uint64_t> size() = 0;
};

enum class OpenMode : std::uint8_t { existing, create };

// Paths are absolute. Outlives its files. Any thread.
class Disk {
public:
    virtual ~Disk() = default;

    // Fails with `not_found` where `existing` is not there. A created file is durable once its folder is synced.
    virtual Result<std::unique_ptr<DiskFile>> open(const std::filesystem::path& path, OpenMode mode) = 0;

    // A file without a name, gone with its handle, in the folder `where`.
    virtual Result<std::unique_ptr<DiskFile>> open_temporary(const std::filesystem::path& where) = 0;

    virtual Result<bool> exists(const std::filesystem::path& path) = 0;
    virtual Result<> remove(const std::filesystem::path& path) = 0;
    // Replaces `to` in one step.
    virtual Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) = 0;

    // Makes `path` and what is missing above it; durable on return.
    virtual Result<> make_folder(const std::filesystem::path& path) = 0;
    virtual Result<std::vector<std::string>> names_in(const std::filesystem::path& folder) = 0;
    // Makes durable what was created, renamed and removed in it.
    virtual Result<> sync_folder(const std::filesystem::path& path) = 0;
};

// The machine's disk: pread, pwrite, fdatasync.
std::unique_ptr<Disk> make_system_disk();

}  // namespace skep::store
