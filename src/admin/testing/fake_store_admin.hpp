#pragma once
// A StoreAdmin that answers what the test gave it, and remembers what it was asked.

#include "admin/store_admin.hpp"
#include "async/loop.hpp"

namespace skep::admin {

class FakeStoreAdmin final : public StoreAdmin {
public:
    explicit FakeStoreAdmin(async::Loop& loop) : loop_(loop) {}

    async::Task<Result<std::vector<TableReport>>> tables(model::ServiceName service) override {
        asked = "tables " + service.value();
        CO_TRY_DO(check());
        co_return table_reports;
    }
    async::Task<Result<Bytes>> query(model::ServiceName service, std::string sql) override {
        asked = "query " + service.value() + " " + sql;
        CO_TRY_DO(check());
        co_return Bytes(rows);
    }
    async::Task<Result<ExportReport>> export_to(model::ServiceName service, std::filesystem::path file,
                                                OnStoreProgress on_progress) override {
        asked = "export " + service.value() + " " + file.string();
        CO_TRY_DO(check());
        CO_TRY_DO(co_await go_on(on_progress));
        co_return ExportReport{file, 4096};
    }
    async::Task<Result<std::vector<MigrationReport>>> migrations(std::optional<model::ServiceName> service) override {
        asked = "migrations " + (service ? service->value() : "");
        CO_TRY_DO(check());
        co_return migration_reports;
    }
    async::Task<Result<BackupReport>> back_up(std::filesystem::path directory, OnStoreProgress on_progress) override {
        asked = "backup " + directory.string();
        CO_TRY_DO(check());
        CO_TRY_DO(co_await go_on(on_progress));
        co_return BackupReport{directory, "2026-01-01T12:00:00Z", {{"orders", 4096}, {"users", 8192}}};
    }

    std::string asked;
    std::optional<Error> failure;        // of every question
    std::optional<Error> later_failure;  // of an operation that has told of its progress
    bool ended = false;                  // an operation came to its end
    std::vector<TableReport> table_reports;
    std::vector<MigrationReport> migration_reports;
    std::string rows;

private:
    Result<> check() const {
        if (failure)
            return fail(*failure);
        return {};
    }

    // Tells of two steps, the second of which is half a second later.
    async::Task<Result<>> go_on(const OnStoreProgress& on_progress) {
        on_progress({"orders", 1, 2});
        co_await loop_.sleep_for(std::chrono::milliseconds(500));
        if (later_failure)
            co_return fail(*later_failure);
        on_progress({"orders", 2, 2});
        co_await loop_.sleep_for(std::chrono::milliseconds(500));
        ended = true;
        co_return Result<>();
    }

    async::Loop& loop_;
};

}  // namespace skep::admin
