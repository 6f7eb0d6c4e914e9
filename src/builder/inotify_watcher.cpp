#include <cerrno>
#include <cstring>
#include <map>
#include <poll.h>
#include <sys/inotify.h>

#include "base/files.hpp"
#include "base/unique_fd.hpp"
#include "builder/source.hpp"
#include "builder/source_watcher.hpp"

namespace skep::builder {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFolders = 8192;
constexpr std::uint32_t kEvents =
    IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_ONLYDIR | IN_EXCL_UNLINK;

class InotifyWatcher final : public SourceWatcher {
public:
    InotifyWatcher(UniqueFd inotify, const StopEvent& stop) : inotify_(std::move(inotify)), stop_(stop) {}

    Result<> watch(const std::vector<fs::path>& roots) override {
        for (const auto& [descriptor, folder] : folders_)
            ::inotify_rm_watch(inotify_.get(), descriptor);
        folders_.clear();
        roots_ = roots;
        for (const auto& root : roots)
            TRY_DO(add(root));
        return {};
    }

    std::vector<fs::path> wait(std::optional<std::chrono::milliseconds> patience) override {
        const int time = patience ? static_cast<int>(patience->count()) : -1;
        pollfd waiting[]{{.fd = inotify_.get(), .events = POLLIN, .revents = 0},
                         {.fd = stop_.descriptor(), .events = POLLIN, .revents = 0}};
        if (::poll(waiting, std::size(waiting), time) <= 0 || waiting[0].revents == 0)
            return {};
        return read_events();
    }

private:
    // A folder with those below it. One that vanished meanwhile is no error.
    Result<> add(const fs::path& folder) {
        TRY_DO(add_one(folder));
        std::error_code fault;
        for (auto below = fs::recursive_directory_iterator(folder, fault); below != fs::recursive_directory_iterator();
             below.increment(fault)) {
            const auto& entry = *below;
            if (is_ignored(entry.path().filename().native()))
                below.disable_recursion_pending();
            else if (entry.is_directory(fault) && !entry.is_symlink(fault))
                TRY_DO(add_one(entry.path()));
        }
        return {};
    }

    Result<> add_one(const fs::path& folder) {
        if (folders_.size() >= kMostFolders)
            return fail("resource_exhausted", "cannot watch more than {} folders", kMostFolders);
        const int descriptor = ::inotify_add_watch(inotify_.get(), folder.c_str(), kEvents);
        if (descriptor >= 0)
            folders_[descriptor] = folder;
        else if (errno != ENOENT && errno != ENOTDIR)
            return fail(file_error("watch", folder, errno));
        return {};
    }

    std::vector<fs::path> read_events() {
        alignas(inotify_event) char buffer[16 << 10];
        std::vector<fs::path> changed;
        while (true) {
            const ssize_t count = ::read(inotify_.get(), buffer, sizeof(buffer));
            if (count <= 0)
                return changed;
            for (const char* at = buffer; at < buffer + count;) {
                const auto& event = *reinterpret_cast<const inotify_event*>(at);
                take(event, changed);
                at += sizeof(inotify_event) + event.len;
            }
        }
    }

    void take(const inotify_event& event, std::vector<fs::path>& changed) {
        if ((event.mask & IN_Q_OVERFLOW) != 0)
            changed.insert(changed.end(), roots_.begin(), roots_.end());
        if ((event.mask & IN_IGNORED) != 0)
            folders_.erase(event.wd);
        const auto folder = folders_.find(event.wd);
        if (folder == folders_.end() || event.len == 0 || is_ignored(event.name))
            return;
        const fs::path path = folder->second / event.name;
        if ((event.mask & IN_ISDIR) != 0)
            take_folder(event, path, changed);
        else if ((event.mask & IN_CREATE) == 0)  // a new file is told of when it was written
            changed.push_back(path);
    }

    // What a new folder has in it may have come before it was watched; one that cannot be watched is not followed.
    void take_folder(const inotify_event& event, const fs::path& path, std::vector<fs::path>& changed) {
        changed.push_back(path);
        if ((event.mask & (IN_CREATE | IN_MOVED_TO)) == 0)
            return;
        [[maybe_unused]] const Result<> added = add(path);
    }

    UniqueFd inotify_;
    const StopEvent& stop_;
    std::vector<fs::path> roots_;
    std::map<int, fs::path> folders_;
};

}  // namespace

Result<std::unique_ptr<SourceWatcher>> make_inotify_watcher(const StopEvent& stop) {
    UniqueFd inotify(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK));
    if (!inotify)
        return fail("resource_exhausted", "cannot watch files: {}; raise fs.inotify.max_user_instances",
                    std::strerror(errno));
    return std::make_unique<InotifyWatcher>(std::move(inotify), stop);
}

}  // namespace skep::builder
