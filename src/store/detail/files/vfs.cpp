#include "store/detail/files/vfs.hpp"

#include <cstring>
#include <new>
#include <string_view>

#include "store/detail/files/vfs_files.hpp"

namespace skep::store {
namespace {

Vfs& vfs_of(sqlite3_vfs* vfs) {
    return *static_cast<Vfs*>(vfs->pAppData);
}

// For what is not the store's: randomness and pauses.
sqlite3_vfs* system_vfs() {
    return sqlite3_vfs_find(nullptr);
}

int open_temporary(Vfs& vfs, sqlite3_file* file) {
    Result<std::unique_ptr<DiskFile>> made = vfs.ports().disk.open_temporary(vfs.folder());
    if (!made)
        return made.error().name() == "disk_full" ? SQLITE_FULL : SQLITE_CANTOPEN;
    make_temporary_file(file, std::move(*made));
    return SQLITE_OK;
}

int open_file(sqlite3_vfs* vfs_pointer, sqlite3_filename name, sqlite3_file* file, int flags, int* flags_out) {
    Vfs& vfs = vfs_of(vfs_pointer);
    file->pMethods = nullptr;
    if (flags_out != nullptr)
        *flags_out = flags;
    if (name == nullptr)
        return open_temporary(vfs, file);
    if ((flags & SQLITE_OPEN_MAIN_DB) != 0 && vfs.database() == name) {
        make_main_file(file, vfs);
        return SQLITE_OK;
    }
    if ((flags & SQLITE_OPEN_WAL) != 0 && vfs.is_wal(name)) {
        make_wal_file(file, vfs);
        return SQLITE_OK;
    }
    return SQLITE_CANTOPEN;
}

// Only the WAL is ever deleted, by the last connection to close. Its name stays, so that no folder has to be synced.
int delete_file(sqlite3_vfs* vfs_pointer, const char* name, int /*sync_folder*/) {
    Vfs& vfs = vfs_of(vfs_pointer);
    if (!vfs.is_wal(name))
        return SQLITE_IOERR_DELETE_NOENT;
    return vfs.ports().wal.truncate(0) ? SQLITE_OK : SQLITE_IOERR_DELETE;
}

int access_file(sqlite3_vfs* vfs_pointer, const char* name, int /*flags*/, int* result) {
    const Vfs& vfs = vfs_of(vfs_pointer);
    *result = vfs.database() == name || vfs.is_wal(name) ? 1 : 0;
    return SQLITE_OK;
}

int full_path(sqlite3_vfs* /*vfs*/, const char* name, int size, char* out) {
    const std::string_view path(name);
    if (path.size() + 1 > static_cast<std::size_t>(size))
        return SQLITE_CANTOPEN;
    std::memcpy(out, path.data(), path.size() + 1);
    return SQLITE_OK;
}

int randomness(sqlite3_vfs* /*vfs*/, int size, char* out) {
    return system_vfs()->xRandomness(system_vfs(), size, out);
}

int pause(sqlite3_vfs* /*vfs*/, int microseconds) {
    return system_vfs()->xSleep(system_vfs(), microseconds);
}

// In milliseconds since noon of the first day of the Julian calendar.
int time_of_day(sqlite3_vfs* vfs, sqlite3_int64* out) {
    constexpr sqlite3_int64 kUnixEpoch = 210'866'760'000'000;
    const auto since_epoch = vfs_of(vfs).ports().clock.wall_now().time_since_epoch();
    *out = kUnixEpoch + std::chrono::duration_cast<std::chrono::milliseconds>(since_epoch).count();
    return SQLITE_OK;
}

int time_of_day_in_days(sqlite3_vfs* vfs, double* out) {
    sqlite3_int64 milliseconds = 0;
    time_of_day(vfs, &milliseconds);
    *out = static_cast<double>(milliseconds) / 86'400'000.0;
    return SQLITE_OK;
}

int last_error(sqlite3_vfs* /*vfs*/, int /*size*/, char* /*out*/) {
    return 0;
}

}  // namespace

Vfs::Vfs(const Ports& ports, std::filesystem::path folder, std::string database)
    : ports_(ports),
      folder_(std::move(folder)),
      database_(std::move(database)),
      wal_(database_ + "-wal"),
      name_(fmt::format("skep-{}", static_cast<const void*>(this))) {
    vfs_.iVersion = 2;
    vfs_.szOsFile = vfs_file_bytes();
    vfs_.mxPathname = 1024;
    vfs_.zName = name_.c_str();
    vfs_.pAppData = this;
    vfs_.xOpen = open_file;
    vfs_.xDelete = delete_file;
    vfs_.xAccess = access_file;
    vfs_.xFullPathname = full_path;
    vfs_.xRandomness = randomness;
    vfs_.xSleep = pause;
    vfs_.xCurrentTime = time_of_day_in_days;
    vfs_.xGetLastError = last_error;
    vfs_.xCurrentTimeInt64 = time_of_day;
    sqlite3_vfs_register(&vfs_, 0);
}

Vfs::~Vfs() {
    sqlite3_vfs_unregister(&vfs_);
}

}  // namespace skep::store
