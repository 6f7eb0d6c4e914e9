#include "base/process.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include "base/clock.hpp"
#include "base/unique_fd.hpp"

namespace skep {
namespace {

std::vector<char*> pointers_to(const std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (const auto& text : texts)
        pointers.push_back(const_cast<char*>(text.c_str()));
    return pointers;
}

class SpawnSettings {
public:
    SpawnSettings(int output, const std::filesystem::path& folder) {
        posix_spawn_file_actions_init(&actions_);
        posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions_, output, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions_, output, STDERR_FILENO);
        if (!folder.empty())
            posix_spawn_file_actions_addchdir_np(&actions_, folder.c_str());
        posix_spawnattr_init(&attributes_);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes_, &none);
        posix_spawnattr_setpgroup(&attributes_, 0);  // a group of its own, so that it can be killed whole
        posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    }
    SpawnSettings(const SpawnSettings&) = delete;
    SpawnSettings& operator=(const SpawnSettings&) = delete;
    ~SpawnSettings() {
        posix_spawn_file_actions_destroy(&actions_);
        posix_spawnattr_destroy(&attributes_);
    }

    Result<pid_t> spawn(const std::vector<std::string>& command, const std::vector<std::string>& env) const {
        std::vector<char*> arguments = pointers_to(command);
        arguments.push_back(nullptr);
        std::vector<char*> variables = pointers_to(env);
        for (char** variable = environ; *variable != nullptr; ++variable)
            variables.push_back(*variable);
        variables.push_back(nullptr);
        pid_t child = 0;
        const int fault =
            posix_spawnp(&child, arguments[0], &actions_, &attributes_, arguments.data(), variables.data());
        if (fault != 0)
            return fail("tool_not_found", "cannot run {}: {}", command.front(), std::strerror(fault));
        return child;
    }

private:
    posix_spawn_file_actions_t actions_;
    posix_spawnattr_t attributes_;
};

enum class Collected : std::uint8_t { all, late, stopped };

// Reads until every writer has closed the pipe, the time is over, or it is told to stop.
Collected collect(int fd, TimePoint deadline, const ProcessOptions& options, std::string& output) {
    const SystemClock clock;
    const int stop = options.stop == nullptr ? -1 : options.stop->descriptor();
    char buffer[4096];
    while (true) {
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - clock.now()).count();
        pollfd waiting[]{{.fd = fd, .events = POLLIN, .revents = 0}, {.fd = stop, .events = POLLIN, .revents = 0}};
        const int ready = ::poll(waiting, std::size(waiting), static_cast<int>(std::max<std::int64_t>(left, 0)));
        if (ready == 0)
            return Collected::late;
        if (ready < 0)
            continue;  // EINTR
        if (waiting[1].revents != 0)
            return Collected::stopped;
        const ssize_t count = ::read(fd, buffer, sizeof(buffer));
        if (count == 0)
            return Collected::all;
        if (count > 0 && output.size() < options.output_limit)
            output.append(buffer, std::min(static_cast<std::size_t>(count), options.output_limit - output.size()));
    }
}

int wait_for(pid_t child) {
    int status = 0;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

unsigned core_count() {
    return std::max(1U, std::thread::hardware_concurrency());
}

Result<ProcessEnd> run_process(const std::vector<std::string>& command, const ProcessOptions& options) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0)
        return fail("unavailable", "cannot make a pipe: {}", std::strerror(errno));
    const UniqueFd reader(ends[0]);
    UniqueFd writer(ends[1]);
    const SpawnSettings settings(writer.get(), options.folder);
    TRY(const pid_t child, settings.spawn(command, options.env));
    writer.reset();
    if (options.low_priority)
        ::setpriority(PRIO_PROCESS, static_cast<id_t>(child), 10);
    ProcessEnd end;
    const TimePoint deadline = SystemClock().now() + options.timeout;
    const Collected collected = collect(reader.get(), deadline, options, end.output);
    end.timed_out = collected == Collected::late;
    end.stopped = collected == Collected::stopped;
    if (collected != Collected::all)
        ::kill(-child, SIGKILL);
    end.exit_code = wait_for(child);
    return end;
}

}  // namespace skep
