#pragma once
// StoreAdmin: what the control API asks of the stores of a running Skep.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "async/task.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/names.hpp"

namespace skep::admin {

// A table or view that migrations or handlers made; the platform's own are left out.
struct TableReport {
    std::string name;
    std::string kind;  // "table" or "view"
    std::uint64_t rows = 0;
    std::vector<std::string> columns;  // "id INTEGER"
};

// One migration of a service, applied or not.
struct MigrationReport {
    std::string service;
    std::string name;   // "0001_users.sql"
    std::string state;  // "applied" or "pending"
};

struct ExportReport {
    std::filesystem::path file;
    std::uint64_t bytes = 0;
};

struct BackupReport {
    struct Store {
        std::string service;
        std::uint64_t bytes = 0;
    };
    std::filesystem::path directory;
    std::string time;  // RFC 3339: every request acknowledged before it is in the backup
    std::vector<Store> stores;
};

// How far a long operation has come, in bytes.
struct StoreProgress {
    std::string service;
    std::uint64_t done = 0;
    std::uint64_t all = 0;
};

// Called on the loop that the operation was begun on, not after it has ended.
using OnStoreProgress = std::function<void(const StoreProgress&)>;

// Asked on the loop of the control listener; nothing blocks it. Destroying a task ends the operation soon, and what it
// had written is removed. Fails with `service_not_found`, `data_not_granted` where the service has no store, and as the
// store does.
class StoreAdmin {
public:
    virtual ~StoreAdmin() = default;

    virtual async::Task<Result<std::vector<TableReport>>> tables(model::ServiceName service) = 0;

    // The rows of one statement that reads, in the row format. Fails as a guest's statement does; `sql_refused` for
    // one that writes.
    virtual async::Task<Result<Bytes>> query(model::ServiceName service, std::string sql) = 0;

    // Writes a snapshot as a plain SQLite file. Fails with `already_exists` where `file` (absolute) is there,
    // with `path_not_writable` where it cannot be made.
    virtual async::Task<Result<ExportReport>> export_to(model::ServiceName service, std::filesystem::path file,
                                                        OnStoreProgress on_progress) = 0;

    // In the order in which they run; of every service where none is named. Fails with what keeps one of them from
    // running: `migration_edited` and its like.
    virtual async::Task<Result<std::vector<MigrationReport>>> migrations(std::optional<model::ServiceName> service) = 0;

    // Writes a verified snapshot of every store. Fails with `already_exists` where `directory` (absolute) is there and
    // not empty.
    virtual async::Task<Result<BackupReport>> back_up(std::filesystem::path directory, OnStoreProgress on_progress) = 0;
};

}  // namespace skep::admin
