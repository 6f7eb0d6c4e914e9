#pragma once
// FakeDisk: a disk in memory that knows what of it is on stable storage, for tests that cut the power, fail calls, flip
// bits and cut files.

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.hpp"
#include "store/disk.hpp"

namespace skep::store {

// What a power cut leaves of everything that was not synced.
enum class Unsynced : std::uint8_t {
    lost,
    kept,  // as when only the process was killed: it is there, and still not synced
    any,   // each write, change of size and name for itself: kept, lost, or torn between sectors of 512 bytes
};

enum class DiskCall : std::uint8_t { read, write, sync, truncate, open, remove, rename, make_folder, sync_folder };

// Any thread, but for the hook and the damage, which are one test's. Folders are durable at once.
//
// A sync that fails behaves as the Linux kernel does: what was to be synced can still be read, and is called clean, so
// that a later sync does not bring it to the disk either.
class FakeDisk final : public Disk {
public:
    FakeDisk();
    ~FakeDisk() override;

    Result<std::unique_ptr<DiskFile>> open(const std::filesystem::path& path, OpenMode mode) override;
    Result<std::unique_ptr<DiskFile>> open_temporary(const std::filesystem::path& where) override;
    Result<bool> exists(const std::filesystem::path& path) override;
    Result<> remove(const std::filesystem::path& path) override;
    Result<> rename(const std::filesystem::path& from, const std::filesystem::path& to) override;
    Result<> make_folder(const std::filesystem::path& path) override;
    Result<std::vector<std::string>> names_in(const std::filesystem::path& folder) override;
    Result<> sync_folder(const std::filesystem::path& path) override;

    // Another disk, with what a power cut at this moment would leave of this one.
    std::unique_ptr<FakeDisk> after_power_cut(Unsynced unsynced, Random& random) const;

    // Called before each call that changes or syncs something.
    using Hook = std::function<void()>;
    void before_each_change(Hook hook) { hook_ = std::move(hook); }

    // Calls of every kind so far, or of one.
    std::uint64_t calls() const;
    std::uint64_t calls(DiskCall call) const;

    // The call number `nth` from now on (0: the next one) of those that change or sync something fails with `reason`;
    // a write leaves a part of its bytes. `for_good`: and every one after it.
    enum class Fails : std::uint8_t { once, for_good };
    void fail_change(std::uint64_t nth, std::string_view reason, Fails fails = Fails::once);
    void stop_failing() { fail_change(~0ULL, ""); }
    // Whether the failure has been met.
    bool has_failed() const;

    // Damage of a file that is open or not, in what is read and in what is synced.
    void flip_bit(const std::filesystem::path& path, std::uint64_t offset, unsigned bit);
    void cut(const std::filesystem::path& path, std::uint64_t size);
    std::uint64_t size_of(const std::filesystem::path& path) const;

private:
    struct Inode;
    struct NameChange;
    class File;

    std::unique_ptr<FakeDisk> after_kill() const;
    // Counts it, and fails it where its turn has come.
    Result<> begin(DiskCall call);
    Result<std::shared_ptr<Inode>> find(const std::filesystem::path& path) const;

    mutable std::mutex mutex_;
    std::map<std::string, std::shared_ptr<Inode>> names_;
    std::map<std::string, std::shared_ptr<Inode>> synced_names_;
    std::vector<NameChange> name_changes_;
    std::set<std::string> folders_;

    Hook hook_;
    std::map<DiskCall, std::uint64_t> calls_;
    std::uint64_t changes_ = 0;
    std::uint64_t failing_change_ = ~0ULL;
    std::string failing_reason_;
    Fails fails_ = Fails::once;
    bool has_failed_ = false;
};

}  // namespace skep::store
