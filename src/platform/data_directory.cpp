#include "platform/data_directory.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>

#include "base/files.hpp"
#include "base/random.hpp"

namespace skep::platform {
namespace {

std::string random_token() {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::array<std::uint8_t, 24> bytes{};
    make_system_random()->fill_secure(bytes);
    std::string token;
    for (const std::uint8_t byte : bytes) {
        token += kDigits[byte >> 4];
        token += kDigits[byte & 15];
    }
    return token;
}

Error not_writable(const std::filesystem::path& path, int error_number) {
    return error("data_directory_not_writable", "cannot write to the data directory {}: {}", path.string(),
                 std::strerror(error_number));
}

}  // namespace

Result<DataDirectory> DataDirectory::claim(const std::filesystem::path& path) {
    std::error_code fault;
    std::filesystem::create_directories(path, fault);
    if (fault)
        return fail(not_writable(path, fault.value()));
    const std::filesystem::path lock_path = path / "lock";
    UniqueFd lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
    if (!lock)
        return fail(not_writable(path, errno));
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
        return fail("data_directory_locked", "another Skep uses the data directory {}", path.string());
    return DataDirectory(path, std::move(lock));
}

Result<std::string> DataDirectory::control_token() const {
    const std::filesystem::path file = path_ / "control.token";
    Result<std::string> token = read_file(file, 1024);
    if (token && token->size() >= 32)
        return token;
    TRY_DO(write_file(file, random_token(), 0600));
    return read_file(file, 1024);
}

Result<> DataDirectory::leave_control_address(std::string_view address) const {
    const std::filesystem::path file = path_ / "control.address";
    Result<> left = write_file(file, fmt::format("{}\n", address));
    std::error_code ignored;
    if (!left)
        std::filesystem::remove(file, ignored);
    return left;
}

}  // namespace skep::platform
