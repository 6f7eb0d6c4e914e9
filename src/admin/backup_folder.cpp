#include "admin/backup_folder.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <fmt/chrono.h>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "store/copy.hpp"

namespace skep::admin {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr int kFormat = 1;
constexpr std::uint64_t kLargestIndex = 64 << 20;
constexpr std::string_view kIndex = "backup.json";
constexpr std::string_view kServices = "services";
constexpr std::string_view kStoreFile = "store.db";
constexpr std::size_t kShownDamages = 10;

fs::path file_of(const fs::path& root, std::string_view service) {
    return root / kServices / service / kStoreFile;
}

// What `check` covers: everything else.
std::string checked_text(const json::object& index) {
    json::object rest = index;
    rest.erase("check");
    return hex(sha256({json::serialize(rest)}));
}

std::string to_text(const BackupReport& backup) {
    json::array stores;
    for (const auto& store : backup.stores)
        stores.push_back(json::object{{"service", store.service}, {"bytes", store.bytes}});
    json::object index{{"format", kFormat}, {"time", backup.time}, {"stores", std::move(stores)}};
    index["check"] = checked_text(index);
    return json::serialize(index) + "\n";
}

// A backup may come from anywhere: its names become paths.
Result<BackupReport> report_of(const json::object& index, const fs::path& folder) {
    const auto invalid = [&] { return fail("store_damaged", "{} is no list of stores", (folder / kIndex).string()); };
    const json::value* time = index.if_contains("time");
    const json::value* stores = index.if_contains("stores");
    if (time == nullptr || !time->is_string() || stores == nullptr || !stores->is_array())
        return invalid();
    BackupReport report{.directory = folder, .time = std::string(time->get_string())};
    for (const json::value& store : stores->get_array()) {
        const json::value* name = store.is_object() ? store.get_object().if_contains("service") : nullptr;
        const json::value* bytes = store.is_object() ? store.get_object().if_contains("bytes") : nullptr;
        if (name == nullptr || !name->is_string() || bytes == nullptr || !bytes->is_int64())
            return invalid();
        if (!model::parse_service_name(name->get_string()))
            return invalid();
        report.stores.push_back({std::string(name->get_string()), static_cast<std::uint64_t>(bytes->get_int64())});
    }
    return report;
}

// Removes a folder and what is in it, unless it is kept.
class NewFolder {
public:
    explicit NewFolder(fs::path path) : path_(std::move(path)) {}
    ~NewFolder() {
        std::error_code ignored;
        if (!is_kept_)
            fs::remove_all(path_, ignored);
    }
    NewFolder(const NewFolder&) = delete;
    NewFolder& operator=(const NewFolder&) = delete;
    void keep() { is_kept_ = true; }

private:
    fs::path path_;
    bool is_kept_ = false;
};

bool is_there(const fs::path& path) {
    std::error_code ignored;
    return fs::exists(path, ignored);
}

Result<> make_folder(const fs::path& folder) {
    std::error_code fault;
    fs::create_directories(folder, fault);
    if (fault == std::errc::no_space_on_device)
        return fail(file_error("make", folder, fault.value()));
    if (fault)
        return fail("path_not_writable", "cannot make {}: {}", folder.string(), fault.message());
    return {};
}

// "NAME page 7: …" of every store in the backup.
Result<std::vector<std::string>> damages_of(store::Disk& disk, const BackupReport& backup, const OnStoreWork& on_work) {
    std::vector<std::string> damages;
    for (const auto& stored : backup.stores) {
        const fs::path file = file_of(backup.directory, stored.service);
        TRY(const bool exists, disk.exists(file));
        std::error_code ignored;
        if (!exists) {
            damages.push_back(fmt::format("{}: is missing", file.string()));
            continue;
        }
        if (const auto bytes = fs::file_size(file, ignored); bytes != stored.bytes)
            damages.push_back(fmt::format("{}: has {} bytes, and had {}", file.string(), bytes, stored.bytes));
        const auto tell = [&](std::uint64_t done, std::uint64_t all) {
            return on_work({"checking " + stored.service, done, all});
        };
        TRY(const auto pages, store::check_backup(disk, file, tell));
        for (const std::string& page : pages)
            damages.push_back(fmt::format("{} {}", file.string(), page));
    }
    return damages;
}

Result<> refuse_damaged(std::vector<std::string> damages) {
    if (damages.empty())
        return {};
    const std::size_t count = damages.size();
    damages.resize(std::min(count, kShownDamages));
    const std::string more = count > kShownDamages ? fmt::format("; and {} more", count - kShownDamages) : "";
    return fail("store_damaged", "the backup is damaged: {}{}", fmt::join(damages, "; "), more);
}

Result<> copy_file(store::Disk& disk, const fs::path& from, const fs::path& to, const OnStoreWork& on_work,
                   const std::string& service) {
    constexpr std::size_t kChunk = 1 << 20;
    TRY(const auto source, disk.open(from, store::OpenMode::existing));
    TRY(const std::uint64_t bytes, source->size());
    TRY_DO(disk.make_folder(to.parent_path()));
    TRY(const auto target, disk.open(to, store::OpenMode::create));
    std::vector<std::uint8_t> chunk(kChunk);
    for (std::uint64_t done = 0; done < bytes;) {
        TRY(const std::size_t count, source->read(done, chunk));
        if (count == 0)
            return fail("disk_failed", "{} became shorter while it was read", from.string());
        TRY_DO(target->write(done, std::span(chunk).first(count)));
        done += count;
        if (!on_work({"restoring " + service, done, bytes}))
            return fail("cancelled", "the restore was cancelled");
    }
    TRY_DO(target->sync());
    return disk.sync_folder(to.parent_path());
}

// services.before-TIME, or services.before-TIME-2 where that is there, and so on.
fs::path new_place_aside(const fs::path& target, std::string_view time) {
    const fs::path place = target / fmt::format("{}.before-{}", kServices, time);
    fs::path free = place;
    for (int number = 2; is_there(free); ++number)
        free = fmt::format("{}-{}", place.string(), number);
    return free;
}

Result<> put_aside(store::Disk& disk, const Clock& clock, const fs::path& target, WhatIsThere what_is_there) {
    const fs::path services = target / kServices;
    std::error_code ignored;
    if (!is_there(services) || fs::is_empty(services, ignored))
        return {};
    if (what_is_there == WhatIsThere::keep)
        return fail("already_exists", "{} holds stores: --force puts them aside", services.string());
    return disk.rename(services, new_place_aside(target, time_text(clock)));
}

}  // namespace

std::vector<StoreSize> sizes_of_stores(const fs::path& data_directory) {
    std::vector<StoreSize> sizes;
    std::error_code fault;
    for (const auto& entry : fs::directory_iterator(data_directory / kServices, fault)) {
        if (const auto files = store::file_sizes(entry.path()))
            sizes.push_back({entry.path().filename().string(), entry.path(), *files});
    }
    std::ranges::sort(sizes, {}, &StoreSize::service);
    return sizes;
}

std::string time_text(const Clock& clock) {
    return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(clock.wall_now())));
}

Result<BackupReport> write_backup(const std::vector<std::shared_ptr<store::ServiceStore>>& stores, const Clock& clock,
                                  const fs::path& folder, const OnStoreWork& on_work) {
    std::error_code fault;
    const bool was_there = is_there(folder);
    if (was_there && !fs::is_empty(folder, fault))
        return fail("already_exists", "{} is not empty", folder.string());
    BackupReport report{.directory = folder, .time = time_text(clock)};
    NewFolder made(was_there ? folder / kServices : folder);
    TRY_DO(make_folder(folder / kServices));
    for (const auto& store : stores) {
        const std::string& service = store->settings().service.value();
        const fs::path file = file_of(folder, service);
        TRY_DO(store->ports().disk.make_folder(file.parent_path()));
        const auto tell = [&](std::uint64_t done, std::uint64_t all) { return on_work({service, done, all}); };
        Result<std::uint64_t> bytes = store::back_up_store(*store, file, tell);
        if (!bytes)
            return fail(std::move(bytes).error().within(service));
        report.stores.push_back({service, *bytes});
    }
    TRY_DO(write_file(folder / kIndex, to_text(report)));
    made.keep();
    return report;
}

Result<BackupReport> read_backup(const fs::path& folder) {
    const fs::path path = folder / kIndex;
    TRY(const std::string text, read_file(path, kLargestIndex));
    boost::system::error_code ignored;
    const json::value value = json::parse(text, ignored);
    const json::object* index = value.if_object();
    if (index == nullptr || !index->contains("check") || index->at("check") != json::value(checked_text(*index)))
        return fail("store_damaged", "{} is not what was written", path.string());
    if (index->if_contains("format") == nullptr || index->at("format") != kFormat)
        return fail("store_newer", "{} has another format than {}", path.string(), kFormat);
    return report_of(*index, folder);
}

Result<BackupReport> restore_backup(store::Disk& disk, const Clock& clock, const Restore& restore,
                                    const OnStoreWork& on_work) {
    const fs::path& target = restore.data_directory;
    TRY(BackupReport backup, read_backup(restore.backup));
    TRY(auto damages, damages_of(disk, backup, on_work));
    TRY_DO(refuse_damaged(std::move(damages)));
    // Built beside, so that half a restore is never taken for a whole one.
    const fs::path building = target / fmt::format("{}.restoring", kServices);
    std::error_code ignored;
    fs::remove_all(building, ignored);
    NewFolder made(building);
    TRY_DO(disk.make_folder(building));
    for (const auto& stored : backup.stores)
        TRY_DO(copy_file(disk, file_of(restore.backup, stored.service), building / stored.service / kStoreFile, on_work,
                         stored.service));
    TRY_DO(disk.sync_folder(building));
    TRY_DO(put_aside(disk, clock, target, restore.what_is_there));
    fs::remove(target / kServices, ignored);  // an empty one
    TRY_DO(disk.rename(building, target / kServices));
    made.keep();
    TRY_DO(disk.sync_folder(target));
    return backup;
}

}  // namespace skep::admin
