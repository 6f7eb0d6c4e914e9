#include "main/stores.hpp"

#include <algorithm>

#include "admin/backup_folder.hpp"
#include "admin/running_stores.hpp"
#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "main/up.hpp"
#include "platform/data_directory.hpp"
#include "store/file_sizes.hpp"
#include "store/scrub.hpp"
#include "store/stores.hpp"

namespace skep {
namespace {

using Rows = std::vector<boost::json::object>;

// The stores of a data directory that nobody else uses, until destroyed.
class StoppedStores {
public:
    explicit StoppedStores(platform::DataDirectory directory)
        : directory_(std::move(directory)),
          stores_({*disk_, clock_, statements_, flushes_}, directory_.path() / "services") {}

    std::shared_ptr<store::ServiceStore> of(const model::Service& service) { return stores_.of(service); }
    bool has(const model::Service& service) const {
        return store::file_sizes(stores_.folder() / service.name.value()).has_value();
    }

private:
    platform::DataDirectory directory_;
    SystemClock clock_;
    std::unique_ptr<store::Disk> disk_ = store::make_system_disk();
    async::BlockingPool statements_{1, 16};
    async::BlockingPool flushes_{1, 16};
    store::Stores stores_;
};

boost::json::object row_of(const model::Service& service, std::string name, std::string_view state) {
    return {{"service", service.name.value()}, {"name", std::move(name)}, {"state", state}};
}

// A store that is not there yet is not made for a plan.
Result<> add_plan(StoppedStores& stores, const model::Service& service, Rows& rows) {
    store::MigrationPlan plan;
    if (stores.has(service)) {
        TRY(plan, stores.of(service)->plan(service.migrations));
    } else {
        TRY(plan.pending, store::read_migrations(service.migrations));
    }
    for (std::string& name : plan.applied)
        rows.push_back(row_of(service, std::move(name), "applied"));
    for (store::Migration& migration : plan.pending)
        rows.push_back(row_of(service, std::move(migration.name), "pending"));
    return {};
}

Result<> add_applied(StoppedStores& stores, const model::Service& service, Rows& rows) {
    TRY(auto applied, stores.of(service)->migrate(service.migrations));
    for (std::string& name : applied)
        rows.push_back(row_of(service, std::move(name), "applied"));
    return {};
}

// Those of the manifest that have migrations, or the one that is named.
Result<std::vector<model::Service>> wanted_services(const cli::MigrateOptions& options) {
    auto application = load_application(options.project);
    if (!application)
        return fail(std::move(application.error().front()));
    std::vector<model::Service> services = std::move(application->services);
    const auto is_named = [&](const model::Service& service) { return service.name.value() == options.service; };
    if (!options.service.empty()) {
        if (std::ranges::none_of(services, is_named))
            return fail("service_not_found", "there is no service '{}'", options.service);
        std::erase_if(services, std::not_fn(is_named));
    }
    std::erase_if(services,
                  [](const model::Service& service) { return !service.has_store() || service.migrations.empty(); });
    return services;
}

// Shows how far it is.
admin::OnStoreWork shown_by(cli::Output& output) {
    return [&output](const admin::StoreProgress& progress) {
        output.progress(progress.service, progress.done, progress.all);
        return true;
    };
}

cli::Listing listing_of(const admin::BackupReport& backup) {
    cli::Listing listing{.columns = {{"SERVICE", "service"}, {"BYTES", "bytes"}}, .name_member = "service"};
    listing.heading = fmt::format("restored the backup of {}\n", backup.time);
    for (const auto& store : backup.stores)
        listing.rows.push_back({{"service", store.service}, {"bytes", store.bytes}});
    return listing;
}

}  // namespace

Result<Rows> migrate(const cli::MigrateOptions& options) {
    TRY(const std::vector<model::Service> services, wanted_services(options));
    TRY(platform::DataDirectory directory, platform::DataDirectory::claim(options.project.data_dir));
    StoppedStores stores(std::move(directory));
    Rows rows;
    for (const model::Service& service : services) {
        Result<> done = options.plan_only ? add_plan(stores, service, rows) : add_applied(stores, service, rows);
        if (!done)
            return fail(std::move(done).error().within(service.name.value()));
    }
    return rows;
}

int restore(const cli::RestoreOptions& options, cli::Output& output) {
    const auto directory = platform::DataDirectory::claim(options.project.data_dir);
    if (!directory)
        return output.fail(directory.error());
    const SystemClock clock;
    const auto disk = store::make_system_disk();
    const auto what_is_there = options.force ? admin::WhatIsThere::put_aside : admin::WhatIsThere::keep;
    const admin::Restore request{options.backup, options.project.data_dir, what_is_there};
    const auto restored = admin::restore_backup(*disk, clock, request, shown_by(output));
    if (!restored)
        return output.fail(restored.error());
    output.print(listing_of(*restored));
    return 0;
}

Result<Scrubbed> scrub(const std::filesystem::path& data_directory, cli::Output& output) {
    TRY(const platform::DataDirectory claimed, platform::DataDirectory::claim(data_directory));
    const SystemClock clock;
    const auto disk = store::make_system_disk();
    Scrubbed scrubbed;
    for (const admin::StoreSize& store : admin::sizes_of_stores(data_directory)) {
        const auto show = [&](std::uint64_t done, std::uint64_t all) { output.progress(store.service, done, all); };
        TRY(const auto places, store::scrub_store(*disk, clock, store.folder, show));
        for (const std::string& place : places)
            scrubbed.damaged.push_back(fmt::format("{}: {}", store.service, place));
        ++scrubbed.stores;
    }
    return scrubbed;
}

}  // namespace skep
