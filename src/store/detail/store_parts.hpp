#pragma once
// What a StoreFiles is made of.

#include <filesystem>
#include <memory>
#include <string>

#include "store/detail/mark.hpp"
#include "store/detail/page_file.hpp"
#include "store/detail/store_files.hpp"
#include "store/detail/vfs.hpp"
#include "store/detail/wal_file.hpp"

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
