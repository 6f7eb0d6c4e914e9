#include "store/copy.hpp"

#include <cstring>
#include <sqlite3.h>

#include "store/detail/files/page_file.hpp"
#include "store/detail/open_store.hpp"

namespace skep::store {
namespace {

namespace fs = std::filesystem;

constexpr int kPagesAtOnce = 256;
constexpr std::size_t kReadVersion = 18;  // in page 1: the journal mode, once for writing and once for reading
constexpr std::uint8_t kWalMode = 2;

struct DatabaseCloser {
    void operator()(sqlite3* database) const { sqlite3_close_v2(database); }
};
using Database = std::unique_ptr<sqlite3, DatabaseCloser>;

struct BackupFinisher {
    void operator()(sqlite3_backup* backup) const { sqlite3_backup_finish(backup); }
};

// Removes the file unless it is kept.
class NewFile {
public:
    explicit NewFile(fs::path path) : path_(std::move(path)) {}
    ~NewFile() {
        std::error_code ignored;
        if (!is_kept_)
            fs::remove(path_, ignored);
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    const fs::path& path() const { return path_; }
    void keep() { is_kept_ = true; }

private:
    fs::path path_;
    bool is_kept_ = false;
};

Result<> refuse_what_is_there(Disk& disk, const fs::path& file) {
    TRY(const bool is_there, disk.exists(file));
    if (is_there)
        return fail("already_exists", "{} is there already", file.string());
    return {};
}

// An empty database at `file`, not in WAL mode; what it holds is made durable in the end, all at once.
Result<Database> make_plain(const fs::path& file) {
    sqlite3* opened = nullptr;
    const int code = sqlite3_open_v2(file.c_str(), &opened,
                                     SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, nullptr);
    Database database(opened);
    if (code == SQLITE_CANTOPEN)
        return fail("path_not_writable", "cannot write {}: {}", file.string(),
                    std::strerror(sqlite3_system_errno(opened)));
    if (code != SQLITE_OK)
        return fail("disk_failed", "cannot write {}: {}", file.string(), sqlite3_errstr(code));
    sqlite3_exec(opened, "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF", nullptr, nullptr, nullptr);
    return database;
}

// What went wrong while pages were copied: it may be the store's own trouble.
Error error_of(int code, StoreFiles& files, const fs::path& file) {
    if (const auto failure = files.failure())
        return *failure;
    if (code == SQLITE_FULL)
        return error("disk_full", "cannot write {}: the disk is full", file.string());
    return error("disk_failed", "cannot copy the store to {}: {}", file.string(), sqlite3_errstr(code));
}

class Copy {
public:
    Copy(OpenStore& store, const fs::path& file, const OnCopied& on_copied)
        : files_(store.files()), file_(file), on_copied_(on_copied) {}

    // Copies the pages of one snapshot, which `source` holds open.
    Result<> run(Connection& source) {
        TRY(const Database target, make_plain(file_));
        const std::unique_ptr<sqlite3_backup, BackupFinisher> backup(
            sqlite3_backup_init(target.get(), "main", source.raw(), "main"));
        if (!backup)
            return fail(error_of(sqlite3_errcode(target.get()), files_, file_));
        for (int code = SQLITE_OK; code != SQLITE_DONE;) {
            code = sqlite3_backup_step(backup.get(), kPagesAtOnce);
            if (code != SQLITE_OK && code != SQLITE_DONE)
                return fail(error_of(code, files_, file_));
            TRY_DO(tell(*backup));
        }
        return {};
    }

private:
    Result<> tell(sqlite3_backup& backup) const {
        const auto all = static_cast<std::uint64_t>(sqlite3_backup_pagecount(&backup));
        const auto left = static_cast<std::uint64_t>(sqlite3_backup_remaining(&backup));
        if (!on_copied_((all - left) * kPageBytes, all * kPageBytes))
            return fail("cancelled", "copying the store to {} was cancelled", file_.string());
        return {};
    }

    StoreFiles& files_;
    const fs::path& file_;
    const OnCopied& on_copied_;
};

Result<> copy_snapshot(ServiceStore& store, const fs::path& file, const OnCopied& on_copied) {
    TRY(const StorePin pin, store.pin_blocking());
    StatementHistory history;
    TRY(const auto source,
        Connection::open(pin->files(), Role::tool, store.settings().limits, history, store.ports().clock));
    TRY_DO(source->execute("BEGIN"));
    TRY_DO(source->execute("SELECT count(*) FROM sqlite_schema"));  // from here on it is one snapshot
    return Copy(*pin, file, on_copied).run(*source);
}

// Gives each page its checksum, and says in the first one that the database is in WAL mode, as that of a store is.
Result<std::uint64_t> stamp_all(DiskFile& file) {
    TRY(const std::uint64_t bytes, file.size());
    Page page;
    for (std::uint64_t offset = 0; offset + kPageBytes <= bytes; offset += kPageBytes) {
        TRY_DO(file.read(offset, page));
        if (offset == 0)
            page[kReadVersion] = page[kReadVersion + 1] = kWalMode;
        stamp_page(static_cast<std::uint32_t>(offset / kPageBytes + 1), page);
        TRY_DO(file.write(offset, page));
    }
    return bytes;
}

Result<> keep(Disk& disk, DiskFile& written, NewFile& file) {
    TRY_DO(written.sync());
    TRY_DO(disk.sync_folder(file.path().parent_path()));
    file.keep();
    return {};
}

}  // namespace

Result<std::uint64_t> back_up_store(ServiceStore& store, const fs::path& path, const OnCopied& on_copied) {
    Disk& disk = store.ports().disk;
    TRY_DO(refuse_what_is_there(disk, path));
    NewFile file(path);
    TRY_DO(copy_snapshot(store, path, on_copied));
    TRY(const auto written, disk.open(path, OpenMode::existing));
    TRY(const std::uint64_t bytes, stamp_all(*written));
    TRY_DO(written->sync());
    TRY(const auto damaged, check_backup(disk, path, {}));
    if (!damaged.empty())
        return fail("disk_failed", "{}: {}", path.string(), damaged.front());
    TRY_DO(keep(disk, *written, file));
    return bytes;
}

Result<std::uint64_t> export_store(ServiceStore& store, const fs::path& path, const OnCopied& on_copied) {
    Disk& disk = store.ports().disk;
    TRY_DO(refuse_what_is_there(disk, path));
    NewFile file(path);
    TRY_DO(copy_snapshot(store, path, on_copied));
    TRY(const auto written, disk.open(path, OpenMode::existing));
    TRY(const std::uint64_t bytes, written->size());
    TRY_DO(keep(disk, *written, file));
    return bytes;
}

Result<std::vector<std::string>> check_backup(Disk& disk, const fs::path& path, const OnCopied& on_copied) {
    constexpr std::uint64_t kTellEvery = kPageBytes * kPagesAtOnce;
    TRY(const auto file, disk.open(path, OpenMode::existing));
    TRY(const std::uint64_t bytes, file->size());
    std::vector<std::string> damaged;
    if (bytes == 0 || bytes % kPageBytes != 0)
        damaged.push_back(fmt::format("page {}: is cut off", bytes / kPageBytes + 1));
    Page page;
    for (std::uint64_t offset = 0; offset + kPageBytes <= bytes; offset += kPageBytes) {
        const auto number = static_cast<std::uint32_t>(offset / kPageBytes + 1);
        TRY_DO(file->read(offset, page));
        if (!page_is_whole(number, page))
            damaged.push_back(fmt::format("page {}: not what was written", number));
        const std::uint64_t done = offset + kPageBytes;
        if (on_copied && (done % kTellEvery == 0 || done == bytes) && !on_copied(done, bytes))
            return fail("cancelled", "checking {} was cancelled", path.string());
    }
    return damaged;
}

}  // namespace skep::store
