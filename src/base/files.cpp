#include "base/files.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"

namespace skep {
namespace {

std::string_view reason_of(int error_number) {
    switch (error_number) {
        case ENOENT:
        case ENOTDIR:
        case ELOOP:
            return "not_found";
        case EACCES:
        case EPERM:
        case EROFS:
            return "permission_denied";
        case ENOSPC:
        case EDQUOT:
            return "disk_full";
        default:
            return "internal";
    }
}

Result<> write_all(int fd, std::string_view contents, const std::filesystem::path& path) {
    while (!contents.empty()) {
        const ssize_t count = ::write(fd, contents.data(), contents.size());
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(file_error("write", path, errno));
        contents.remove_prefix(static_cast<std::size_t>(count));
    }
    return {};
}

}  // namespace

Error file_error(std::string_view attempt, const std::filesystem::path& path, int error_number) {
    return error(reason_of(error_number), "cannot {} {}: {}", attempt, path.string(), std::strerror(error_number));
}

Result<std::string> read_file(const std::filesystem::path& path, std::uint64_t limit) {
    const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd)
        return fail(file_error("open", path, errno));
    std::string contents;
    std::size_t used = 0;
    while (true) {
        contents.resize(used + 65536);
        const ssize_t count = ::read(fd.get(), contents.data() + used, contents.size() - used);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0)
            return fail(file_error("read", path, errno));
        used += static_cast<std::size_t>(count);
        if (used > limit)
            return fail("file_too_large", "{} is larger than {} bytes", path.string(), limit);
        if (count == 0)
            break;
    }
    contents.resize(used);
    return contents;
}

Result<> write_file(const std::filesystem::path& path, std::string_view contents, unsigned mode) {
    std::filesystem::path temporary = path;
    temporary += fmt::format(".{}.tmp", ::getpid());
    const UniqueFd fd(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
    if (!fd)
        return fail(file_error("create", temporary, errno));
    Result<> written = write_all(fd.get(), contents, path);
    if (written && ::fsync(fd.get()) != 0)
        written = fail(file_error("sync", path, errno));
    if (written && ::rename(temporary.c_str(), path.c_str()) != 0)
        written = fail(file_error("replace", path, errno));
    if (!written)
        ::unlink(temporary.c_str());
    return written;
}

}  // namespace skep
