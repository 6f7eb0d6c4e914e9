#pragma once
// Copies of a store that is in use: a backup, which is a store again, and an export, which is plain SQLite.

#include <cstdint>
#include <filesystem>
#include <functional>

#include "base/result.hpp"
#include "store/service_store.hpp"

namespace skep::store {

// Told how far a copy has come, in bytes of all; false ends it with `cancelled`.
using OnCopied = std::function<bool(std::uint64_t done, std::uint64_t all)>;

// Both write what is committed when they begin, while handlers go on, and return how many bytes that is, which are on
// stable storage then. Every page is checked as it is read. `file` is absolute. They fail with `already_exists` where
// it is there, with `cancelled`, `disk_full`, `disk_failed`, and as the store does; nothing of the file remains then.
// Blocking; while they run the WAL cannot be emptied.

// A file that StoreFiles opens as `store.db`, with a checksum in each page. What was written is read back and checked.
Result<std::uint64_t> back_up_store(ServiceStore& store, const std::filesystem::path& file, const OnCopied& on_copied);

// A file that every SQLite opens; whatever is written to it, this store cannot be made of it again.
Result<std::uint64_t> export_store(ServiceStore& store, const std::filesystem::path& file, const OnCopied& on_copied);

// Reads a file of `back_up_store` and reports each damaged page, "page 7: not what was written"; empty where all is
// well.
Result<std::vector<std::string>> check_backup(Disk& disk, const std::filesystem::path& file, const OnCopied& on_copied);

}  // namespace skep::store
