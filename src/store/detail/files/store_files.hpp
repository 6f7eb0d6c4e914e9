#pragma once
// StoreFiles: the files of one store as SQLite sees them: every page checked when it is read, every frame of the WAL
// too, and what a crash left behind judged before anybody reads it (docs/formats/store.md).

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "store/disk.hpp"

namespace skep::store {

// `store.db`, `store.db-wal` and `store.db-mark` in one folder. The WAL's index lies in memory: one process owns a
// store. Any thread; outlives all connections.
class StoreFiles {
public:
    // Makes the folder and the files where there are none, else recovers. Fails with `store_damaged` where frames
    // are missing that a flush had made durable, naming file and place.
    // `disk` and `clock`, which says how long flushes take, outlive it.
    static Result<std::unique_ptr<StoreFiles>> open(Disk& disk, const Clock& clock,
                                                    const std::filesystem::path& folder);
    ~StoreFiles();
    StoreFiles(const StoreFiles&) = delete;
    StoreFiles& operator=(const StoreFiles&) = delete;

    // What sqlite3_open_v2 takes. The database is there already: 4 KiB pages with 8 bytes reserved for the checksum, in
    // journal mode WAL.
    const char* vfs_name() const;
    const std::string& database() const;

    // The first damage that a read came upon (`store_damaged`, naming the file and the page or frame), or the first
    // write or flush that failed (`disk_failed`, `disk_full`), since `open` or the last good `cut_to_last_flush`:
    // SQLite's own code of it says less. The store must close then, and nothing more is written; but a full disk lets
    // reads go on, and writes be tried again, where only a write and no flush met it.
    std::optional<Error> failure() const;

    // Bytes written to the WAL since its last reset, and how often and how long (nanoseconds) it was flushed.
    struct Usage {
        std::uint64_t wal_bytes = 0;
        std::uint64_t flushes = 0;
        std::uint64_t flush_ns = 0;
    };
    Usage usage() const;

    // Writes and syncs the mark for what was flushed so far, where it is behind: 50 ms after the last batch, and at
    // close. (Before a reset of the WAL it is done without being asked.)
    Result<> write_mark();

    // After a failed write or flush, with no transaction that writes: cuts the WAL behind the last flushed commit and
    // syncs it, so that a crash cannot bring back what was called rolled back. Where that goes well, `failure` is
    // forgotten, unless it was damage. Connections that have read anything uncommitted must be closed before.
    Result<> cut_to_last_flush();

    // Reads everything and reports each damaged place, "store.db page 7: …"; empty where all is well. With no writer
    // at work; `progress` is told bytes done of bytes in all.
    using Progress = void (*)(void* context, std::uint64_t done, std::uint64_t all);
    Result<std::vector<std::string>> scrub(Progress progress, void* context);

private:
    struct Parts;
    explicit StoreFiles(std::unique_ptr<Parts> parts);

    std::unique_ptr<Parts> parts_;
};

}  // namespace skep::store
