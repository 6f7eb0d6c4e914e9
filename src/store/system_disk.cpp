#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fmt/core.h>

#include "base/unique_fd.hpp"
#include "store/disk.hpp"

namespace skep::store {
namespace {

namespace fs = std::filesystem;

Failure failed(std::string_view attempt, const fs::path& path, int error_number) {
    const bool is_full = error_number == ENOSPC || error_number == EDQUOT;
    return fail(is_full ? "disk_full" : "disk_failed", "cannot {} {}: {}", attempt, path.string(),
                std::strerror(error_number));
}

// 0, or the error's number.
int make_last_folder(const fs::path& path) {
    return ::mkdir(path.c_str(), 0700) == 0 ? 0 : errno;
}

class SystemFile final : public DiskFile {
public:
    SystemFile(UniqueFd fd, fs::path path) : fd_(std::move(fd)), path_(std::move(path)) {}

    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
        std::size_t done = 0;
        while (done < out.size()) {
            const ssize_t count =
                ::pread(fd_.get(), out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR)
                continue;
            if (count < 0)
                return failed("read", path_, errno);
            if (count == 0)
                break;
            done += static_cast<std::size_t>(count);
        }
        return done;
    }

    Result<> write(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
        std::size_t done = 0;
        while (done < bytes.size()) {
            const ssize_t count =
                ::pwrite(fd_.get(), bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
            if (count < 0 && errno == EINTR)
                continue;
            if (count <= 0)
                return failed("write", path_, count == 0 ? ENOSPC : errno);
            done += static_cast<std::size_t>(count);
        }
        return {};
    }

    Result<> sync() override {
        // Never repeated after an error: the kernel may have marked as clean what it could not write.
        if (::fdatasync(fd_.get()) != 0)
            return failed("sync", path_, errno);
        return {};
    }

    Result<> truncate(std::uint64_t size) override {
        while (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
            if (errno != EINTR)
                return failed("truncate", path_, errno);
        }
        return {};
    }

    Result<std::uint64_t> size() override {
        struct stat status{};
        if (::fstat(fd_.get(), &status) != 0)
            return failed("look at", path_, errno);
        return static_cast<std::uint64_t>(status.st_size);
    }

private:
    UniqueFd fd_;
    fs::path path_;
};

// Where the file system has no O_TMPFILE.
Result<UniqueFd> open_unlinked(const fs::path& where) {
    std::string name = (where / "skep-XXXXXX").string();
    UniqueFd fd(::mkostemp(name.data(), O_CLOEXEC));
    if (!fd)
        return failed("create", name, errno);
    if (::unlink(name.c_str()) != 0)
        return failed("remove", name, errno);
    return fd;
}

class SystemDisk final : public Disk {
public:
    Result<std::unique_ptr<DiskFile>> open(const fs::path& path, OpenMode mode) override {
        const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW | (mode == OpenMode::create ? O_CREAT : 0);
        UniqueFd fd(::open(path.c_str(), flags, 0600));
        if (!fd && errno == ENOENT && mode == OpenMode::existing)
            return fail(not_found("file {}", path.string()));
        if (!fd)
            return failed("open", path, errno);
        return std::make_unique<SystemFile>(std::move(fd), path);
    }

    Result<std::unique_ptr<DiskFile>> open_temporary(const fs::path& where) override {
        UniqueFd fd(::open(where.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
        if (!fd && errno != EOPNOTSUPP && errno != EISDIR)
            return failed("create a temporary file in", where, errno);
        if (!fd) {
            TRY(fd, open_unlinked(where));
        }
        return std::make_unique<SystemFile>(std::move(fd), where / "(temporary)");
    }

    Result<bool> exists(const fs::path& path) override {
        struct stat status{};
        if (::lstat(path.c_str(), &status) == 0)
            return true;
        if (errno == ENOENT || errno == ENOTDIR)
            return false;
        return failed("look at", path, errno);
    }

    Result<> remove(const fs::path& path) override {
        if (::unlink(path.c_str()) == 0)
            return {};
        if (errno == ENOENT)
            return fail(not_found("file {}", path.string()));
        return failed("remove", path, errno);
    }

    Result<> rename(const fs::path& from, const fs::path& to) override {
        if (::rename(from.c_str(), to.c_str()) == 0)
            return {};
        if (errno == ENOENT)
            return fail(not_found("file {}", from.string()));
        return failed("rename", from, errno);
    }

    Result<> make_folder(const fs::path& path) override {
        int fault = make_last_folder(path);
        if (fault == ENOENT && path.has_relative_path()) {
            TRY_DO(make_folder(path.parent_path()));
            fault = make_last_folder(path);
        }
        std::error_code ignored;
        if (fault == 0)
            return sync_folder(path.parent_path());
        if (fault == EEXIST && fs::is_directory(path, ignored))
            return {};
        return failed("make the folder", path, fault);
    }

    Result<std::vector<std::string>> names_in(const fs::path& folder) override {
        std::error_code code;
        std::vector<std::string> names;
        for (fs::directory_iterator at(folder, code), end; !code && at != end; at.increment(code))
            names.push_back(at->path().filename().string());
        if (code == std::errc::no_such_file_or_directory)
            return fail(not_found("folder {}", folder.string()));
        if (code)
            return failed("list", folder, code.value());
        return names;
    }

    Result<> sync_folder(const fs::path& path) override {
        const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
        if (!fd)
            return failed("open the folder", path, errno);
        if (::fsync(fd.get()) != 0)
            return failed("sync the folder", path, errno);
        return {};
    }
};

}  // namespace

std::unique_ptr<Disk> make_system_disk() {
    return std::make_unique<SystemDisk>();
}

}  // namespace skep::store
