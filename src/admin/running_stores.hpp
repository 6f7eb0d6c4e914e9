#pragma once
// RunningStores: StoreAdmin over the stores of this process.

#include <atomic>
#include <functional>

#include "admin/backup_folder.hpp"
#include "admin/store_admin.hpp"
#include "async/blocking_pool.hpp"
#include "base/clock.hpp"
#include "model/application.hpp"
#include "store/stores.hpp"

namespace skep::admin {

// Works on two threads of its own, so that looking need not wait for a backup, and neither takes threads from handlers.
// One copy runs at a time; more wait.
class RunningStores final : public StoreAdmin {
public:
    // All outlive it. `services` says what the manifest has now; called on the loop.
    struct Ports {
        async::Loop& loop;
        const Clock& clock;
        store::Stores& stores;
        std::function<std::vector<model::Service>()> services;
    };
    explicit RunningStores(Ports ports) : ports_(std::move(ports)) {}
    // What is being copied is given up.
    ~RunningStores() override { is_stopping_ = true; }

    async::Task<Result<std::vector<TableReport>>> tables(model::ServiceName service) override;
    async::Task<Result<Bytes>> query(model::ServiceName service, std::string sql) override;
    async::Task<Result<ExportReport>> export_to(model::ServiceName service, std::filesystem::path file,
                                                OnStoreProgress on_progress) override;
    async::Task<Result<std::vector<MigrationReport>>> migrations(std::optional<model::ServiceName> service) override;
    async::Task<Result<BackupReport>> back_up(std::filesystem::path directory, OnStoreProgress on_progress) override;

private:
    Result<std::shared_ptr<store::ServiceStore>> find(const model::ServiceName& service) const;

    // Told on the copying thread; false once the copy shall end.
    OnStoreWork unless_stopping(OnStoreWork tell) const;

    Ports ports_;
    std::atomic<bool> is_stopping_ = false;
    async::BlockingPool looking_{1, 64};
    async::BlockingPool copying_{1, 4};
};

using StoreOf = std::function<std::shared_ptr<store::ServiceStore>(const model::Service&)>;

// The migrations of `services`, those with a database, whose stores `store_of` gives. Blocking.
Result<std::vector<MigrationReport>> list_migrations(const std::vector<model::Service>& services,
                                                     const StoreOf& store_of);

}  // namespace skep::admin
