#include "store/detail/files/store_files.hpp"

#include "store/detail/files/store_parts.hpp"
#include "store/detail/files/wal_judge.hpp"

namespace skep::store {
namespace {

namespace fs = std::filesystem;

// Opens, or makes, the three files of one store.
class Opening {
public:
    Opening(Disk& disk, const Clock& clock, const fs::path& folder, FirstFailure& failure)
        : disk_(disk), clock_(clock), folder_(folder), failure_(failure) {}

    Result<std::unique_ptr<PageFile>> open_main() {
        TRY(std::unique_ptr<DiskFile> file, open_existing(kMainName));
        if (!file) {
            TRY_DO(refuse_lost_main());
            TRY_DO(disk_.make_folder(folder_));
            TRY_DO(write_whole(kMainName, [](DiskFile& made) { return made.write(0, first_page()); }));
            TRY_DO(disk_.sync_folder(folder_));
            TRY(file, disk_.open(folder_ / kMainName, OpenMode::existing));
        }
        TRY(const std::uint64_t bytes, file->size());
        return std::make_unique<PageFile>(std::move(file), bytes / kPageBytes * kPageBytes, path_of(kMainName),
                                          failure_);
    }

    // The mark, and the WAL's file, which may be new. Where there is no mark yet, nothing was ever committed, or the
    // main file was brought here alone.
    Result<std::unique_ptr<Mark>> open_mark(PageFile& main, DiskFile& wal, bool wal_is_new) {
        TRY(std::unique_ptr<DiskFile> file, open_existing(kMarkName));
        if (file) {
            TRY(std::unique_ptr<Mark> mark, Mark::load(std::move(file), path_of(kMarkName), failure_));
            // Whoever made the store may have been killed before its names were synced.
            if (wal_is_new || mark->content().sequence <= kNewMarkSequence)
                TRY_DO(disk_.sync_folder(folder_));
            return mark;
        }
        TRY(const std::uint64_t wal_bytes, wal.size());
        if (wal_bytes > 0)
            return fail("store_damaged", "{}: is missing beside a WAL of {} bytes", path_of(kMarkName), wal_bytes);
        TRY_DO(main.check_size());
        TRY_DO(write_whole(kMarkName, [&](DiskFile& made) { return write_new_mark(made, main.pages()); }));
        TRY_DO(disk_.sync_folder(folder_));
        TRY(file, disk_.open(folder_ / kMarkName, OpenMode::existing));
        return Mark::load(std::move(file), path_of(kMarkName), failure_);
    }

    Result<std::unique_ptr<DiskFile>> open_existing(const char* name) {
        Result<std::unique_ptr<DiskFile>> file = disk_.open(folder_ / name, OpenMode::existing);
        if (!file && file.error().name() == "not_found")
            return nullptr;
        return file;
    }

    Result<std::unique_ptr<DiskFile>> make(const char* name) { return disk_.open(folder_ / name, OpenMode::create); }

    std::string path_of(const char* name) const { return (folder_ / name).string(); }

    // Judges the WAL, and leaves nothing in it that is not to be read.
    Result<std::unique_ptr<WalFile>> recover(std::unique_ptr<DiskFile> file, PageFile& main, Mark& mark) {
        const MarkContent content = mark.content();
        if (main.pages() < content.main_pages)
            return fail("store_damaged", "{} page {}: the file ends before it, and had {} pages", path_of(kMainName),
                        main.pages() + 1, content.main_pages);
        main.set_synced_pages(content.main_pages);
        TRY(WalVerdict verdict, judge_wal(*file, path_of(kWalName), content));
        if (verdict.start.bytes > 0)
            TRY_DO(mark.sync());
        if (verdict.start.committed == 0 && verdict.start.bytes > 0) {
            TRY_DO(file->truncate(0));
            verdict.start.bytes = 0;
            verdict.sums->cut(0);
            TRY_DO(file->sync());
        }
        // A killed process may have left commits that never were flushed; they must not be shown before they are.
        if (verdict.start.committed > 0)
            TRY_DO(file->sync());
        if (!verdict.start.holds_page_one)
            TRY_DO(main.check(1));
        TRY_DO(mark.repair(verdict.start.salts, verdict.start.committed, main.synced_pages()));
        const WalFile::Ports ports{.main = main, .mark = mark, .failure = failure_, .clock = clock_};
        return std::make_unique<WalFile>(std::move(file), path_of(kWalName), ports, std::move(verdict.sums),
                                         verdict.start);
    }

private:
    Result<> refuse_lost_main() {
        for (const char* name : {kWalName, kMarkName}) {
            TRY(const bool is_there, disk_.exists(folder_ / name));
            if (is_there)
                return fail("store_damaged", "{}: is missing beside {}", path_of(kMainName), name);
        }
        return {};
    }

    // Never under its name before it is whole.
    template <typename Write>
    Result<> write_whole(const char* name, Write write) {
        const fs::path made = path_of(name) + "-new";
        {
            TRY(const std::unique_ptr<DiskFile> file, disk_.open(made, OpenMode::create));
            TRY_DO(file->truncate(0));
            TRY_DO(write(*file));
            TRY_DO(file->sync());
        }
        return disk_.rename(made, folder_ / name);
    }

    static constexpr std::uint64_t kNewMarkSequence = 2;

    static Result<> write_new_mark(DiskFile& file, std::uint32_t main_pages) {
        MarkContent content{.sequence = kNewMarkSequence - 1, .main_pages = main_pages};
        TRY_DO(file.write(kMarkSlotDistance, encode_mark(content)));
        ++content.sequence;
        return file.write(0, encode_mark(content));
    }

    Disk& disk_;
    const Clock& clock_;
    const fs::path& folder_;
    FirstFailure& failure_;
};

}  // namespace

StoreFiles::StoreFiles(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
StoreFiles::~StoreFiles() = default;

Result<std::unique_ptr<StoreFiles>> StoreFiles::open(Disk& disk, const Clock& clock, const fs::path& folder) {
    auto parts = std::make_unique<Parts>();
    Opening opening(disk, clock, folder, parts->failure);
    TRY(parts->main, opening.open_main());
    TRY(std::unique_ptr<DiskFile> wal, opening.open_existing(kWalName));
    const bool wal_is_new = wal == nullptr;
    if (wal_is_new) {
        TRY(wal, opening.make(kWalName));
    }
    TRY(parts->mark, opening.open_mark(*parts->main, *wal, wal_is_new));
    TRY(parts->wal, opening.recover(std::move(wal), *parts->main, *parts->mark));
    const Vfs::Ports ports{
        .disk = disk, .clock = clock, .main = *parts->main, .wal = *parts->wal, .mark = *parts->mark};
    parts->vfs = std::make_unique<Vfs>(ports, folder, opening.path_of(kMainName));
    return std::unique_ptr<StoreFiles>(new StoreFiles(std::move(parts)));
}

const char* StoreFiles::vfs_name() const {
    return parts_->vfs->name();
}

const std::string& StoreFiles::database() const {
    return parts_->vfs->database();
}

std::optional<Error> StoreFiles::failure() const {
    return parts_->failure.get();
}

StoreFiles::Usage StoreFiles::usage() const {
    const WalFile& wal = *parts_->wal;
    return {.wal_bytes = wal.used_bytes(), .flushes = wal.flushes(), .flush_ns = wal.flush_ns()};
}

Result<> StoreFiles::write_mark() {
    return parts_->wal->write_mark();
}

Result<> StoreFiles::cut_to_last_flush() {
    const std::optional<Error> before = parts_->failure.get();
    parts_->failure.clear();
    Result<> cut = parts_->wal->cut_to_last_flush();
    if (before && (!cut || before->name() == "store_damaged"))
        parts_->failure.record(*before, FirstFailure::Writes::stop);
    return cut;
}

}  // namespace skep::store
