#include "admin/running_stores.hpp"

#include <algorithm>
#include <atomic>

#include "store/copy.hpp"
#include "store/inspect.hpp"

namespace skep::admin {
namespace {

constexpr auto kPatience = std::chrono::seconds(10);  // of one look

// Between an operation's thread and whoever waits for it on the loop.
class Watch {
public:
    Watch(async::Loop& loop, OnStoreProgress on_progress)
        : shared_(std::make_shared<Shared>(loop, std::move(on_progress))) {}
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;
    // Nobody waits any more.
    ~Watch() {
        shared_->is_wanted = false;
        shared_->on_progress = {};
    }

    // For the operation's thread.
    OnStoreWork teller() const {
        return [shared = shared_](const StoreProgress& progress) {
            if (!shared->is_wanted)
                return false;
            shared->loop.post_remote([shared, progress] {
                if (shared->on_progress)
                    shared->on_progress(progress);
            });
            return true;
        };
    }

private:
    struct Shared {
        Shared(async::Loop& home, OnStoreProgress tell) : loop(home), on_progress(std::move(tell)) {}
        async::Loop& loop;
        OnStoreProgress on_progress;  // touched on the loop's thread only
        std::atomic<bool> is_wanted = true;
    };
    std::shared_ptr<Shared> shared_;
};

std::vector<TableReport> reports_of(std::vector<store::TableInfo> tables) {
    std::vector<TableReport> reports;
    for (store::TableInfo& table : tables)
        reports.push_back({std::move(table.name), std::move(table.kind), table.rows, std::move(table.columns)});
    return reports;
}

}  // namespace

Result<std::shared_ptr<store::ServiceStore>> RunningStores::find(const model::ServiceName& service) const {
    const std::vector<model::Service> services = ports_.services();
    if (std::ranges::find(services, service, &model::Service::name) == services.end())
        return fail("service_not_found", "there is no service '{}'", service.value());
    std::shared_ptr<store::ServiceStore> store = ports_.stores.find(service.value());
    if (store == nullptr)
        return fail("data_not_granted", "the service '{}' has no store", service.value());
    return store;
}

OnStoreWork RunningStores::unless_stopping(OnStoreWork tell) const {
    return [this, tell = std::move(tell)](const StoreProgress& progress) { return !is_stopping_ && tell(progress); };
}

async::Task<Result<std::vector<TableReport>>> RunningStores::tables(model::ServiceName service) {
    CO_TRY(auto store, find(service));
    const auto work = [store, deadline = ports_.loop.now() + kPatience]() -> Result<std::vector<TableReport>> {
        TRY(auto tables, store::tables_of(*store, deadline));
        return reports_of(std::move(tables));
    };
    co_return co_await looking_.run(ports_.loop, work);
}

async::Task<Result<Bytes>> RunningStores::query(model::ServiceName service, std::string sql) {
    CO_TRY(auto store, find(service));
    const auto work = [store, sql, deadline = ports_.loop.now() + kPatience] {
        return store::query_store(*store, sql, deadline);
    };
    co_return co_await looking_.run(ports_.loop, work);
}

async::Task<Result<ExportReport>> RunningStores::export_to(model::ServiceName service, std::filesystem::path file,
                                                           OnStoreProgress on_progress) {
    CO_TRY(auto store, find(service));
    const Watch watch(ports_.loop, std::move(on_progress));
    const auto work = [store, file, name = service.value(),
                       tell = unless_stopping(watch.teller())]() -> Result<ExportReport> {
        const auto copied = [&](std::uint64_t done, std::uint64_t all) { return tell({name, done, all}); };
        TRY(const std::uint64_t bytes, store::export_store(*store, file, copied));
        return ExportReport{file, bytes};
    };
    co_return co_await copying_.run(ports_.loop, work);
}

async::Task<Result<std::vector<MigrationReport>>> RunningStores::migrations(std::optional<model::ServiceName> service) {
    std::vector<model::Service> services = ports_.services();
    if (service) {
        CO_TRY_DO(find(*service));
        std::erase_if(services, [&](const model::Service& other) { return other.name != *service; });
    }
    const auto store_of = [this](const model::Service& wanted) { return ports_.stores.find(wanted.name.value()); };
    const auto work = [services, store_of] { return list_migrations(services, store_of); };
    co_return co_await looking_.run(ports_.loop, work);
}

async::Task<Result<BackupReport>> RunningStores::back_up(std::filesystem::path directory, OnStoreProgress on_progress) {
    const Watch watch(ports_.loop, std::move(on_progress));
    const auto work = [this, directory, tell = unless_stopping(watch.teller())] {
        return write_backup(ports_.stores.all(), ports_.clock, directory, tell);
    };
    co_return co_await copying_.run(ports_.loop, work);
}

Result<std::vector<MigrationReport>> list_migrations(const std::vector<model::Service>& services,
                                                     const StoreOf& store_of) {
    std::vector<MigrationReport> reports;
    for (const model::Service& service : services) {
        if (!service.has_store() || service.migrations.empty())
            continue;
        const std::shared_ptr<store::ServiceStore> store = store_of(service);
        if (store == nullptr)
            continue;
        auto plan = store->plan(service.migrations);
        if (!plan)
            return fail(std::move(plan).error().within(service.name.value()));
        for (std::string& name : plan->applied)
            reports.push_back({service.name.value(), std::move(name), "applied"});
        for (store::Migration& migration : plan->pending)
            reports.push_back({service.name.value(), std::move(migration.name), "pending"});
    }
    return reports;
}

}  // namespace skep::admin
