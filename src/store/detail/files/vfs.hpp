#pragma once
// Vfs: the files of one store as a sqlite3_vfs.

#include <filesystem>
#include <sqlite3.h>
#include <string>

#include "base/clock.hpp"
#include "store/detail/files/page_file.hpp"
#include "store/detail/files/wal_file.hpp"
#include "store/detail/files/wal_index.hpp"
#include "store/disk.hpp"

namespace skep::store {

inline constexpr std::uint64_t kTemporaryFileBytes = 1ULL << 30;

// Registered with SQLite under a name of its own while it lives; shared by all connections, from any thread. Knows one
// database and its WAL; anything else that has a name is refused. Files without one are temporary, of at most
// kTemporaryFileBytes, in the store's folder.
class Vfs {
public:
    struct Ports {
        Disk& disk;
        const Clock& clock;
        PageFile& main;
        WalFile& wal;
        Mark& mark;
    };
    Vfs(const Ports& ports, std::filesystem::path folder, std::string database);
    ~Vfs();
    Vfs(const Vfs&) = delete;
    Vfs& operator=(const Vfs&) = delete;

    const char* name() const { return name_.c_str(); }
    const Ports& ports() const { return ports_; }
    WalIndex& index() { return index_; }
    const std::string& database() const { return database_; }
    bool is_wal(std::string_view path) const { return path == wal_; }
    const std::filesystem::path& folder() const { return folder_; }

private:
    Ports ports_;
    std::filesystem::path folder_;
    std::string database_;
    std::string wal_;
    std::string name_;
    WalIndex index_;
    sqlite3_vfs vfs_{};
};

}  // namespace skep::store
