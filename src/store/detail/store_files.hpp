#pragma once
// StoreFiles: the files of one store as SQLite sees them: every page checked when it is read, every frame of the WAL
// too, and what a crash left behind judged before anybody reads it (docs/formats/store.md).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "store/disk.hpp"

namespace skep::store {

// `store.db`, `store.db-wal` and `store.db-mark` in one folder. The WAL's index lies in memory: one process owns a
// store. Any thread; outlives all connections.
class StoreFiles {
public:
    // Makes the folder and the files where there are none, else recovers. Fails with `store_damaged` where frames
    // are missing that a flush had made durable, naming file and place.
    static Result<std::unique_ptr<StoreFiles>> open(Disk& disk, const std::filesystem::path& folder);
    ~StoreFiles();

    // What sqlite3_open_v2 takes. Every new database gets 4 KiB pages with 8 bytes reserved for the checksum.
    const char* vfs_name() const;
    const std::string& database() const;

    // The first damage that a read came upon, or the first write or flush that failed, since `open`: SQLite's own
    // code of it says less. The store must close then.
    std::optional<Error> failure() const;

    // Bytes in the WAL, and how often and how long (nanoseconds) it was flushed.
    struct Usage {
        std::uint64_t wal_bytes = 0;
        std::uint64_t flushes = 0;
        std::uint64_t flush_ns = 0;
    };
    Usage usage() const;

    // Writes and syncs the mark for what was flushed so far, where it is behind: 50 ms after the last batch, and at
    // close. (Before a reset of the WAL it is done without being asked.)
    Result<> write_mark();

    // After a failed write or flush, with no connection open: cuts the WAL behind the last flushed commit and syncs
    // it, so that a crash cannot bring back what was called rolled back.
    Result<> cut_to_last_flush();

    // Reads everything and reports each damaged place, "store.db page 7: …"; empty where all is well. With no writer
    // at work; `progress` is told bytes done of bytes in all.
    using Progress = void (*)(void* context, std::uint64_t done, std::uint64_t all);
    Result<std::vector<std::string>> scrub(Progress progress, void* context);
};

}  // namespace skep::store
