#include "store/testing/fake_disk.hpp"

#include <algorithm>
#include <numeric>

#include "base/check.hpp"

namespace skep::store {
namespace {

namespace fs = std::filesystem;
using Content = std::vector<std::uint8_t>;

constexpr std::uint64_t kSector = 512;

// A write, or a change of the size where `bytes` is empty.
struct Change {
    std::uint64_t offset = 0;
    Content bytes;
    bool is_clean = false;  // after a failed sync: never synced again

    bool resizes() const { return bytes.empty(); }
};

void carry_out(Content& content, const Change& change) {
    if (change.resizes()) {
        content.resize(change.offset);
        return;
    }
    content.resize(std::max<std::size_t>(content.size(), change.offset + change.bytes.size()));
    std::ranges::copy(change.bytes, content.begin() + static_cast<std::ptrdiff_t>(change.offset));
}

// The parts of a write that lie in one sector each.
std::vector<Change> sectors_of(const Change& change) {
    std::vector<Change> parts;
    for (std::size_t at = 0; at < change.bytes.size();) {
        const std::uint64_t offset = change.offset + at;
        const std::size_t size = std::min<std::size_t>(kSector - offset % kSector, change.bytes.size() - at);
        const auto begin = change.bytes.begin() + static_cast<std::ptrdiff_t>(at);
        parts.push_back({.offset = offset, .bytes = Content(begin, begin + static_cast<std::ptrdiff_t>(size))});
        at += size;
    }
    return parts;
}

// One power cut: how much of what was not synced has reached the disk.
class PowerCut {
public:
    PowerCut(Unsynced unsynced, Random& random)
        : unsynced_(unsynced), random_(random), kept_of_8_(unsynced == Unsynced::any ? 1 + random.next() % 7 : 0) {}

    bool keeps() { return unsynced_ == Unsynced::any && random_.next() % 8 < kept_of_8_; }

    void leave(Content& content, const Change& change) {
        const bool is_torn = unsynced_ == Unsynced::any && !change.resizes() && random_.next() % 4 == 0;
        if (!is_torn) {
            if (keeps())
                carry_out(content, change);
            return;
        }
        for (const Change& part : sectors_of(change)) {
            if (keeps())
                carry_out(content, part);
        }
    }

private:
    Unsynced unsynced_;
    Random& random_;
    std::uint64_t kept_of_8_;
};

}  // namespace

struct FakeDisk::Inode {
    Content content;
    Content synced;
    std::vector<Change> unsynced;

    void change(Change change) {
        carry_out(content, change);
        unsynced.push_back(std::move(change));
    }

    void sync() {
        std::vector<Change> clean;
        for (Change& change : unsynced) {
            if (change.is_clean) {
                clean.push_back(std::move(change));
                continue;
            }
            // What is written over is gone.
            std::erase_if(clean, [&](const Change& older) {
                return change.resizes() || (!older.resizes() && older.offset < change.offset + change.bytes.size() &&
                                            change.offset < older.offset + older.bytes.size());
            });
            carry_out(synced, change);
        }
        unsynced = std::move(clean);
    }

    void fail_sync() {
        for (Change& change : unsynced)
            change.is_clean = true;
    }
};

struct FakeDisk::NameChange {
    std::string folder;
    std::string removed;  // empty: none
    std::string added;    // empty: none
    std::shared_ptr<Inode> inode;

    void apply_to(std::map<std::string, std::shared_ptr<Inode>>& names) const {
        names.erase(removed);
        if (!added.empty())
            names[added] = inode;
    }
};

class FakeDisk::File final : public DiskFile {
public:
    File(FakeDisk& disk, std::shared_ptr<Inode> inode) : disk_(disk), inode_(std::move(inode)) {}

    Result<std::size_t> read(std::uint64_t offset, std::span<std::uint8_t> out) override {
        const std::lock_guard lock(disk_.mutex_);
        ++disk_.calls_[DiskCall::read];
        const Content& content = inode_->content;
        if (offset >= content.size())
            return 0;
        const std::size_t count = std::min<std::size_t>(out.size(), content.size() - offset);
        std::copy_n(content.begin() + static_cast<std::ptrdiff_t>(offset), count, out.begin());
        return count;
    }

    Result<> write(std::uint64_t offset, std::span<const std::uint8_t> bytes) override {
        const Result<> begun = disk_.begin(DiskCall::write);
        const std::lock_guard lock(disk_.mutex_);
        const std::size_t written = begun ? bytes.size() : bytes.size() / 2;
        if (written > 0)
            inode_->change({.offset = offset,
                            .bytes = Content(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(written))});
        return begun;
    }

    Result<> sync() override {
        const Result<> begun = disk_.begin(DiskCall::sync);
        const std::lock_guard lock(disk_.mutex_);
        if (begun)
            inode_->sync();
        else
            inode_->fail_sync();
        return begun;
    }

    Result<> truncate(std::uint64_t size) override {
        TRY_DO(disk_.begin(DiskCall::truncate));
        const std::lock_guard lock(disk_.mutex_);
        inode_->change({.offset = size});
        return {};
    }

    Result<std::uint64_t> size() override {
        const std::lock_guard lock(disk_.mutex_);
        return inode_->content.size();
    }

private:
    FakeDisk& disk_;
    std::shared_ptr<Inode> inode_;
};

FakeDisk::FakeDisk() = default;
FakeDisk::~FakeDisk() = default;

Result<> FakeDisk::begin(DiskCall call) {
    if (const Hook hook = hook_)  // a copy: it may replace itself
        hook();
    const std::lock_guard lock(mutex_);
    ++calls_[call];
    const std::uint64_t number = changes_++;
    const bool fails = number == failing_change_ || (fails_ == Fails::for_good && number > failing_change_);
    if (!fails)
        return {};
    has_failed_ = true;
    return fail(failing_reason_, "the test fails change {}", number);
}

void FakeDisk::fail_change(std::uint64_t nth, std::string_view reason, Fails fails) {
    const std::lock_guard lock(mutex_);
    failing_change_ = nth == ~0ULL ? nth : changes_ + nth;
    failing_reason_ = reason;
    fails_ = fails;
    has_failed_ = false;
}

bool FakeDisk::has_failed() const {
    const std::lock_guard lock(mutex_);
    return has_failed_;
}

std::uint64_t FakeDisk::calls() const {
    const std::lock_guard lock(mutex_);
    return std::accumulate(calls_.begin(), calls_.end(), std::uint64_t{0},
                           [](std::uint64_t sum, const auto& kind) { return sum + kind.second; });
}

std::uint64_t FakeDisk::calls(DiskCall call) const {
    const std::lock_guard lock(mutex_);
    const auto found = calls_.find(call);
    return found == calls_.end() ? 0 : found->second;
}

Result<std::shared_ptr<FakeDisk::Inode>> FakeDisk::find(const fs::path& path) const {
    const auto found = names_.find(path.string());
    if (found == names_.end())
        return fail(not_found("file {}", path.string()));
    return found->second;
}

Result<std::unique_ptr<DiskFile>> FakeDisk::open(const fs::path& path, OpenMode mode) {
    {
        const std::lock_guard lock(mutex_);
        const Result<std::shared_ptr<Inode>> found = find(path);
        if (found)
            return std::make_unique<File>(*this, *found);
        if (mode == OpenMode::existing)
            return fail(found.error());
        if (!folders_.contains(path.parent_path().string()))
            return fail("disk_failed", "cannot open {}: there is no such folder", path.string());
    }
    TRY_DO(begin(DiskCall::open));
    const std::lock_guard lock(mutex_);
    const auto inode = std::make_shared<Inode>();
    name_changes_.push_back({.folder = path.parent_path().string(), .added = path.string(), .inode = inode});
    names_[path.string()] = inode;
    return std::make_unique<File>(*this, inode);
}

Result<std::unique_ptr<DiskFile>> FakeDisk::open_temporary(const fs::path& /*where*/) {
    TRY_DO(begin(DiskCall::open));
    return std::make_unique<File>(*this, std::make_shared<Inode>());
}

Result<bool> FakeDisk::exists(const fs::path& path) {
    const std::lock_guard lock(mutex_);
    return names_.contains(path.string()) || folders_.contains(path.string());
}

Result<> FakeDisk::remove(const fs::path& path) {
    TRY_DO(begin(DiskCall::remove));
    const std::lock_guard lock(mutex_);
    TRY([[maybe_unused]] const auto inode, find(path));
    name_changes_.push_back({.folder = path.parent_path().string(), .removed = path.string()});
    names_.erase(path.string());
    return {};
}

Result<> FakeDisk::rename(const fs::path& from, const fs::path& to) {
    TRY_DO(begin(DiskCall::rename));
    const std::lock_guard lock(mutex_);
    TRY(const auto inode, find(from));
    const NameChange change{
        .folder = to.parent_path().string(), .removed = from.string(), .added = to.string(), .inode = inode};
    change.apply_to(names_);
    name_changes_.push_back(change);
    return {};
}

Result<> FakeDisk::make_folder(const fs::path& path) {
    TRY_DO(begin(DiskCall::make_folder));
    const std::lock_guard lock(mutex_);
    for (fs::path at = path; at.has_relative_path(); at = at.parent_path())
        folders_.insert(at.string());
    return {};
}

Result<std::vector<std::string>> FakeDisk::names_in(const fs::path& folder) {
    const std::lock_guard lock(mutex_);
    if (!folders_.contains(folder.string()))
        return fail(not_found("folder {}", folder.string()));
    std::vector<std::string> names;
    const auto add = [&](const fs::path& path) {
        if (path.parent_path() == folder)
            names.push_back(path.filename().string());
    };
    for (const auto& [path, inode] : names_)
        add(path);
    for (const std::string& path : folders_)
        add(path);
    return names;
}

Result<> FakeDisk::sync_folder(const fs::path& path) {
    TRY_DO(begin(DiskCall::sync_folder));
    const std::lock_guard lock(mutex_);
    const std::string folder = path.string();
    if (!folders_.contains(folder))
        return fail("disk_failed", "cannot sync {}: there is no such folder", folder);
    for (const NameChange& change : name_changes_) {
        if (change.folder == folder)
            change.apply_to(synced_names_);
    }
    std::erase_if(name_changes_, [&](const NameChange& change) { return change.folder == folder; });
    return {};
}

std::unique_ptr<FakeDisk> FakeDisk::after_kill() const {
    auto after = std::make_unique<FakeDisk>();
    after->folders_ = folders_;
    std::map<const Inode*, std::shared_ptr<Inode>> copies;
    const auto copy_of = [&](const std::shared_ptr<Inode>& inode) {
        std::shared_ptr<Inode>& copy = copies[inode.get()];
        if (inode && !copy)
            copy = std::make_shared<Inode>(*inode);
        return copy;
    };
    for (const auto& [name, inode] : names_)
        after->names_[name] = copy_of(inode);
    for (const auto& [name, inode] : synced_names_)
        after->synced_names_[name] = copy_of(inode);
    after->name_changes_ = name_changes_;
    for (NameChange& change : after->name_changes_)
        change.inode = copy_of(change.inode);
    return after;
}

std::unique_ptr<FakeDisk> FakeDisk::after_power_cut(Unsynced unsynced, Random& random) const {
    const std::lock_guard lock(mutex_);
    if (unsynced == Unsynced::kept)
        return after_kill();
    PowerCut power_cut(unsynced, random);
    auto names = synced_names_;
    for (const NameChange& change : name_changes_) {
        if (power_cut.keeps())
            change.apply_to(names);
    }

    auto after = std::make_unique<FakeDisk>();
    after->folders_ = folders_;
    for (const auto& [name, inode] : names) {
        auto left = std::make_shared<Inode>();
        left->content = inode->synced;
        for (const Change& change : inode->unsynced)
            power_cut.leave(left->content, change);
        left->synced = left->content;
        after->names_[name] = std::move(left);
    }
    after->synced_names_ = after->names_;
    return after;
}

void FakeDisk::flip_bit(const fs::path& path, std::uint64_t offset, unsigned bit) {
    const std::lock_guard lock(mutex_);
    const auto inode = find(path).value();
    CHECK(offset < inode->content.size());
    inode->content[offset] ^= static_cast<std::uint8_t>(1U << bit);
    if (offset < inode->synced.size())
        inode->synced[offset] = inode->content[offset];
}

void FakeDisk::cut(const fs::path& path, std::uint64_t size) {
    const std::lock_guard lock(mutex_);
    const auto inode = find(path).value();
    inode->content.resize(std::min<std::size_t>(size, inode->content.size()));
    inode->synced = inode->content;
    inode->unsynced.clear();
}

std::uint64_t FakeDisk::size_of(const fs::path& path) const {
    const std::lock_guard lock(mutex_);
    return find(path).value()->content.size();
}

}  // namespace skep::store
