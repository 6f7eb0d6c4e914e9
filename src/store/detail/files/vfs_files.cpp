#include "store/detail/files/vfs_files.hpp"

#include <algorithm>
#include <cstring>
#include <new>

namespace skep::store {
namespace {

struct MainHandle {
    sqlite3_file base{};
    Vfs* vfs = nullptr;
    HeldLocks held;
};
struct WalHandle {
    sqlite3_file base{};
    Vfs* vfs = nullptr;
};
struct TemporaryHandle {
    sqlite3_file base{};
    std::unique_ptr<DiskFile> file;
};

template <typename Handle>
Handle& as(sqlite3_file* file) {
    return *reinterpret_cast<Handle*>(file);
}

std::span<std::uint8_t> bytes_at(void* at, int size) {
    return {static_cast<std::uint8_t*>(at), static_cast<std::size_t>(size)};
}
std::span<const std::uint8_t> bytes_at(const void* at, int size) {
    return {static_cast<const std::uint8_t*>(at), static_cast<std::size_t>(size)};
}

// SQLite's word for a failure to `attempt`.
int code_of(const Error& error, int attempt) {
    if (error.name() == "disk_full")
        return SQLITE_FULL;
    return error.name() == "store_damaged" ? SQLITE_IOERR_DATA : attempt;
}

int code_of(const Result<>& result, int attempt) {
    return result ? SQLITE_OK : code_of(result.error(), attempt);
}

// What lies beyond the end reads as zeros.
int finish_read(const Result<std::size_t>& count, void* out, int size) {
    if (!count)
        return code_of(count.error(), SQLITE_IOERR_READ);
    if (*count == static_cast<std::size_t>(size)) [[likely]]
        return SQLITE_OK;
    std::memset(static_cast<char*>(out) + *count, 0, static_cast<std::size_t>(size) - *count);
    return SQLITE_IOERR_SHORT_READ;
}

int sector_size(sqlite3_file* /*file*/) {
    return static_cast<int>(kPageBytes);
}
// A write leaves the bytes beside it alone, also when the power fails.
int characteristics(sqlite3_file* /*file*/) {
    return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
int no_control(sqlite3_file* /*file*/, int /*what*/, void* /*argument*/) {
    return SQLITE_NOTFOUND;
}
int no_lock(sqlite3_file* /*file*/, int /*level*/) {
    return SQLITE_OK;
}
int not_reserved(sqlite3_file* /*file*/, int* result) {
    *result = 0;
    return SQLITE_OK;
}

// The main file.

int main_close(sqlite3_file* file) {
    auto& handle = as<MainHandle>(file);
    handle.vfs->index().unlock(handle.held, 0, kIndexLocks);
    handle.vfs->index().unmap(handle.held);
    handle.vfs->index().unlock_file(handle.held, SQLITE_LOCK_NONE);
    handle.~MainHandle();
    return SQLITE_OK;
}

int main_read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    const Vfs::Ports& ports = as<MainHandle>(file).vfs->ports();
    const auto first = ports.wal.holds_page_one() ? PageFile::FirstPage::in_wal : PageFile::FirstPage::whole;
    return finish_read(ports.main.read(static_cast<std::uint64_t>(offset), bytes_at(out, size), first), out, size);
}

// A checkpoint. From here on the main file is ahead of a WAL that had lost its last commits: the mark must know of
// them.
Result<> write_main(const Vfs::Ports& ports, std::uint64_t offset, std::span<const std::uint8_t> page) {
    TRY_DO(ports.wal.write_mark());
    return ports.main.write(offset, page);
}

int main_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    const Vfs::Ports& ports = as<MainHandle>(file).vfs->ports();
    return code_of(write_main(ports, static_cast<std::uint64_t>(offset), bytes_at(from, size)), SQLITE_IOERR_WRITE);
}

Result<> truncate_main(const Vfs::Ports& ports, std::uint64_t size) {
    if (size < ports.main.size())
        TRY_DO(ports.mark.lower_pages(static_cast<std::uint32_t>(size / kPageBytes)));
    return ports.main.truncate(size);
}

int main_truncate(sqlite3_file* file, sqlite3_int64 size) {
    return code_of(truncate_main(as<MainHandle>(file).vfs->ports(), static_cast<std::uint64_t>(size)),
                   SQLITE_IOERR_TRUNCATE);
}

int main_sync(sqlite3_file* file, int /*flags*/) {
    return code_of(as<MainHandle>(file).vfs->ports().main.sync(), SQLITE_IOERR_FSYNC);
}

int main_size(sqlite3_file* file, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(as<MainHandle>(file).vfs->ports().main.size());
    return SQLITE_OK;
}

int main_lock(sqlite3_file* file, int level) {
    auto& handle = as<MainHandle>(file);
    return handle.vfs->index().lock_file(handle.held, level) ? SQLITE_OK : SQLITE_BUSY;
}

int main_unlock(sqlite3_file* file, int level) {
    auto& handle = as<MainHandle>(file);
    handle.vfs->index().unlock_file(handle.held, level);
    return SQLITE_OK;
}

int main_reserved(sqlite3_file* file, int* result) {
    *result = as<MainHandle>(file).vfs->index().file_is_reserved() ? 1 : 0;
    return SQLITE_OK;
}

int index_map(sqlite3_file* file, int region, int size, int make, volatile void** out) {
    auto& handle = as<MainHandle>(file);
    *out = handle.vfs->index().map(handle.held, region, size, make != 0);
    return SQLITE_OK;
}

int index_lock(sqlite3_file* file, int first, int count, int flags) {
    auto& handle = as<MainHandle>(file);
    WalIndex& index = handle.vfs->index();
    if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        index.unlock(handle.held, first, count);
        return SQLITE_OK;
    }
    const bool taken = (flags & SQLITE_SHM_SHARED) != 0 ? index.lock_shared(handle.held, first)
                                                        : index.lock_exclusive(handle.held, first, count);
    return taken ? SQLITE_OK : SQLITE_BUSY;
}

void index_barrier(sqlite3_file* file) {
    as<MainHandle>(file).vfs->index().barrier();
}

int index_unmap(sqlite3_file* file, int /*remove*/) {
    auto& handle = as<MainHandle>(file);
    handle.vfs->index().unmap(handle.held);
    return SQLITE_OK;
}

// The WAL.

int wal_close(sqlite3_file* file) {
    as<WalHandle>(file).~WalHandle();
    return SQLITE_OK;
}

int wal_read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    WalFile& wal = as<WalHandle>(file).vfs->ports().wal;
    return finish_read(wal.read(static_cast<std::uint64_t>(offset), bytes_at(out, size)), out, size);
}

int wal_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    WalFile& wal = as<WalHandle>(file).vfs->ports().wal;
    return code_of(wal.write(static_cast<std::uint64_t>(offset), bytes_at(from, size)), SQLITE_IOERR_WRITE);
}

int wal_truncate(sqlite3_file* file, sqlite3_int64 size) {
    WalFile& wal = as<WalHandle>(file).vfs->ports().wal;
    return code_of(wal.truncate(static_cast<std::uint64_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int wal_sync(sqlite3_file* file, int /*flags*/) {
    return code_of(as<WalHandle>(file).vfs->ports().wal.sync(), SQLITE_IOERR_FSYNC);
}

int wal_size(sqlite3_file* file, sqlite3_int64* out) {
    *out = static_cast<sqlite3_int64>(as<WalHandle>(file).vfs->ports().wal.size());
    return SQLITE_OK;
}

// Temporary files. Their failures are those of one statement, not of the store.

int temporary_close(sqlite3_file* file) {
    as<TemporaryHandle>(file).~TemporaryHandle();
    return SQLITE_OK;
}

int temporary_read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
    DiskFile& disk_file = *as<TemporaryHandle>(file).file;
    return finish_read(disk_file.read(static_cast<std::uint64_t>(offset), bytes_at(out, size)), out, size);
}

int temporary_write(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
    if (static_cast<std::uint64_t>(offset) + static_cast<std::uint64_t>(size) > kTemporaryFileBytes)
        return SQLITE_FULL;
    DiskFile& disk_file = *as<TemporaryHandle>(file).file;
    return code_of(disk_file.write(static_cast<std::uint64_t>(offset), bytes_at(from, size)), SQLITE_IOERR_WRITE);
}

int temporary_truncate(sqlite3_file* file, sqlite3_int64 size) {
    return code_of(as<TemporaryHandle>(file).file->truncate(static_cast<std::uint64_t>(size)), SQLITE_IOERR_TRUNCATE);
}

int temporary_sync(sqlite3_file* /*file*/, int /*flags*/) {
    return SQLITE_OK;
}

int temporary_size(sqlite3_file* file, sqlite3_int64* out) {
    const Result<std::uint64_t> size = as<TemporaryHandle>(file).file->size();
    if (!size)
        return SQLITE_IOERR_FSTAT;
    *out = static_cast<sqlite3_int64>(*size);
    return SQLITE_OK;
}

constexpr sqlite3_io_methods kMainMethods{.iVersion = 2,
                                          .xClose = main_close,
                                          .xRead = main_read,
                                          .xWrite = main_write,
                                          .xTruncate = main_truncate,
                                          .xSync = main_sync,
                                          .xFileSize = main_size,
                                          .xLock = main_lock,
                                          .xUnlock = main_unlock,
                                          .xCheckReservedLock = main_reserved,
                                          .xFileControl = no_control,
                                          .xSectorSize = sector_size,
                                          .xDeviceCharacteristics = characteristics,
                                          .xShmMap = index_map,
                                          .xShmLock = index_lock,
                                          .xShmBarrier = index_barrier,
                                          .xShmUnmap = index_unmap};
constexpr sqlite3_io_methods kWalMethods{.iVersion = 1,
                                         .xClose = wal_close,
                                         .xRead = wal_read,
                                         .xWrite = wal_write,
                                         .xTruncate = wal_truncate,
                                         .xSync = wal_sync,
                                         .xFileSize = wal_size,
                                         .xLock = no_lock,
                                         .xUnlock = no_lock,
                                         .xCheckReservedLock = not_reserved,
                                         .xFileControl = no_control,
                                         .xSectorSize = sector_size,
                                         .xDeviceCharacteristics = characteristics};
constexpr sqlite3_io_methods kTemporaryMethods{.iVersion = 1,
                                               .xClose = temporary_close,
                                               .xRead = temporary_read,
                                               .xWrite = temporary_write,
                                               .xTruncate = temporary_truncate,
                                               .xSync = temporary_sync,
                                               .xFileSize = temporary_size,
                                               .xLock = no_lock,
                                               .xUnlock = no_lock,
                                               .xCheckReservedLock = not_reserved,
                                               .xFileControl = no_control,
                                               .xSectorSize = sector_size,
                                               .xDeviceCharacteristics = characteristics};

}  // namespace

int vfs_file_bytes() {
    return static_cast<int>(std::max({sizeof(MainHandle), sizeof(WalHandle), sizeof(TemporaryHandle)}));
}

void make_main_file(sqlite3_file* file, Vfs& vfs) {
    auto* handle = new (file) MainHandle{.vfs = &vfs};
    handle->base.pMethods = &kMainMethods;
}

void make_wal_file(sqlite3_file* file, Vfs& vfs) {
    auto* handle = new (file) WalHandle{.vfs = &vfs};
    handle->base.pMethods = &kWalMethods;
}

void make_temporary_file(sqlite3_file* file, std::unique_ptr<DiskFile> temporary) {
    auto* handle = new (file) TemporaryHandle{.file = std::move(temporary)};
    handle->base.pMethods = &kTemporaryMethods;
}

}  // namespace skep::store
