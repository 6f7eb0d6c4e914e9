#pragma once
// The folder of a backup: services/NAME/store.db for each store, and backup.json (docs/formats/backup.md).

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "admin/store_admin.hpp"
#include "base/clock.hpp"
#include "store/file_sizes.hpp"
#include "store/service_store.hpp"

namespace skep::admin {

// Told how far the work has come; false ends it with `cancelled`. Called on the thread that works.
using OnStoreWork = std::function<bool(const StoreProgress&)>;

// Everything here blocks.

// Writes a backup of `stores` into `folder`, which is empty or not there; see StoreAdmin::back_up. After an error
// nothing of it remains.
Result<BackupReport> write_backup(const std::vector<std::shared_ptr<store::ServiceStore>>& stores, const Clock& clock,
                                  const std::filesystem::path& folder, const OnStoreWork& on_work);

// What the backup in `folder` says of itself. Fails with `not_found` where there is none, with `store_damaged`, or with
// `store_newer`.
Result<BackupReport> read_backup(const std::filesystem::path& folder);

enum class WhatIsThere : std::uint8_t { keep, put_aside };

struct Restore {
    std::filesystem::path backup;
    std::filesystem::path data_directory;  // whose lock the caller holds
    // Stores that are there are kept, and the restore fails with `already_exists`; or they are put aside, in
    // services.before-TIME or, where that is there, services.before-TIME-2 and so on.
    WhatIsThere what_is_there = WhatIsThere::keep;
};

// Checks every page of the backup, and puts its stores into the data directory. Fails with `store_damaged`, naming the
// places, before anything is touched.
Result<BackupReport> restore_backup(store::Disk& disk, const Clock& clock, const Restore& restore,
                                    const OnStoreWork& on_work);

// A store in a data directory.
struct StoreSize {
    std::string service;
    std::filesystem::path folder;
    store::FileSizes files;
};
// By service. One that has lost some of its files is among them.
std::vector<StoreSize> sizes_of_stores(const std::filesystem::path& data_directory);

// "2026-01-01T12:00:00Z"
std::string time_text(const Clock& clock);

}  // namespace skep::admin
