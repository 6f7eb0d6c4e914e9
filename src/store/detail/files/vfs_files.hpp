#pragma once
// The three kinds of files that SQLite opens through a Vfs.

#include <memory>

#include "store/detail/files/vfs.hpp"

namespace skep::store {

// How much memory SQLite gives to each of them.
int vfs_file_bytes();

// Make an open file of the memory at `file`.
void make_main_file(sqlite3_file* file, Vfs& vfs);
void make_wal_file(sqlite3_file* file, Vfs& vfs);
void make_temporary_file(sqlite3_file* file, std::unique_ptr<DiskFile> temporary);

}  // namespace skep::store
