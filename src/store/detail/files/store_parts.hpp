#pragma once
// What a StoreFiles is made of.

#include <filesystem>
#include <memory>
#include <string>

#include "store/detail/files/mark.hpp"
#include "store/detail/files/page_file.hpp"
#include "store/detail/files/store_files.hpp"
#include "store/detail/files/vfs.hpp"
#include "store/detail/files/wal_file.hpp"

namespace skep::store {

struct StoreFiles::Parts {
    FirstFailure failure;
    std::unique_ptr<PageFile> main;
    std::unique_ptr<Mark> mark;
    std::unique_ptr<WalFile> wal;
    std::unique_ptr<Vfs> vfs;
};

// The names of a store's files.
inline constexpr const char* kMainName = "store.db";
inline constexpr const char* kWalName = "store.db-wal";
inline constexpr const char* kMarkName = "store.db-mark";

}  // namespace skep::store
