#pragma once
// StoreFixture: a store in virtual time on a disk in memory, whose pools run their work on the test's thread.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "async/task_group.hpp"
#include "async/testing/manual_pool.hpp"
#include "async/testing/test_loop.hpp"
#include "store/row_format.hpp"
#include "store/service_store.hpp"
#include "store/testing/fake_disk.hpp"

namespace skep::store {

inline std::string params(std::initializer_list<Value> values) {
    RowWriter writer;
    writer.begin_params(values.size());
    for (const Value& value : values)
        writer.value(value);
    return std::move(writer).take();
}

// An operation of a handler that goes on beside the test; cancelled with it. Its handler outlives it.
template <typename T>
class Later {
public:
    Later(async::Loop& loop, async::Task<Result<T>> task) : group_(std::make_unique<async::TaskGroup>(loop)) {
        group_->spawn(keep(std::move(task), result_));
    }

    bool is_done() const { return result_->has_value(); }
    // Once it is done.
    Result<T>& result() { return result_->value(); }
    async::TaskGroup& group() { return *group_; }

private:
    static async::Task<void> keep(async::Task<Result<T>> task, std::shared_ptr<std::optional<Result<T>>> into) {
        Result<T> result = co_await std::move(task);
        into->emplace(std::move(result));
    }

    std::shared_ptr<std::optional<Result<T>>> result_ = std::make_shared<std::optional<Result<T>>>();
    std::unique_ptr<async::TaskGroup> group_;
};

class StoreFixture : public testing::Test {
protected:
    StoreFixture() : StoreFixture(nullptr, "/data/orders") {}

    // On `other` in the place of the disk in memory, where there is one.
    StoreFixture(std::unique_ptr<Disk> other, std::filesystem::path where)
        : folder(std::move(where)), other_disk_(std::move(other)) {
        settings.limits.ddl = true;
        loop.when_idle([this] { return statements.run_one() || flushes.run_one(); });
        reopen();
        auto setup = start();
        write(*setup, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)");
        write(*setup, "INSERT INTO t VALUES (1, 0)");
        EXPECT_EQ(end(*setup).value(), Ending::settled);
    }

    ~StoreFixture() override { store.reset(); }

    // As after a restart of the process. No handler is left.
    void reopen() {
        store.reset();
        store = std::make_unique<ServiceStore>(StorePorts{store_disk(), loop.clock(), statements, flushes}, settings);
    }

    Disk& store_disk() { return other_disk_ ? *other_disk_ : *disk; }

    // As after a power cut. Handlers that were running go on with the old store, and nobody sees what they do.
    void crash(Unsynced unsynced = Unsynced::lost) {
        auto after = disk->after_power_cut(unsynced, *random);
        past_.push_back({std::move(disk), std::move(store)});
        disk = std::move(after);
        reopen();
    }

    HandlerOptions options() { return {.deadline = loop.clock().now() + std::chrono::seconds(15), .route = "POST /t"}; }
    HandlerOptions late() {
        HandlerOptions options = this->options();
        options.mode = model::TransactionMode::late;
        return options;
    }
    std::unique_ptr<HandlerTransaction> start() { return start(options()); }
    std::unique_ptr<HandlerTransaction> start(HandlerOptions options) { return store->start(loop, options, context); }

    Result<Executed> write(HandlerTransaction& handler, std::string sql, std::string given = {}) {
        return loop.run(handler.execute(std::move(sql), std::move(given)));
    }

    // The first value of the first row.
    Result<std::int64_t> read(HandlerTransaction& handler, std::string sql = "SELECT n FROM t WHERE id = 1") {
        TRY(const Bytes rows, loop.run(handler.query(std::move(sql), {})));
        TRY(RowReader reader, RowReader::rows(rows.view()));
        TRY(const Value value, reader.next());
        return std::get<std::int64_t>(value);
    }

    Result<Ending> end(HandlerTransaction& handler, int status = 200) {
        model::Response response{.status = status};
        return loop.run(handler.end(&response));
    }

    // What somebody who comes new finds.
    std::int64_t seen(std::string sql = "SELECT n FROM t WHERE id = 1") {
        auto reader = start(late());
        const std::int64_t value = read(*reader, std::move(sql)).value();
        EXPECT_EQ(end(*reader).value(), Ending::settled);
        return value;
    }

    template <typename T>
    Later<T> later(async::Task<Result<T>> task) {
        return Later<T>(loop, std::move(task));
    }
    Later<Executed> write_later(HandlerTransaction& handler, std::string sql) {
        return later(handler.execute(std::move(sql), {}));
    }
    Later<Ending> end_later(HandlerTransaction& handler, int status = 200) { return later(ended(handler, status)); }
    template <typename T>
    Result<T> wait_for(Later<T>& operation) {
        loop.run(operation.group().join());
        return std::move(operation.result());
    }

    // Everything but flushes.
    void run_statements() {
        loop.run_ready();
        while (statements.run_one())
            loop.run_ready();
    }

    async::TestLoop loop;
    async::ManualPool statements;
    async::ManualPool flushes;
    std::unique_ptr<Random> random = make_seeded_random(1);
    std::unique_ptr<FakeDisk> disk = std::make_unique<FakeDisk>();
    std::filesystem::path folder;
    StoreSettings settings{.folder = folder, .service = model::ServiceName("orders")};
    model::CallContext context;
    std::unique_ptr<ServiceStore> store;

private:
    struct Past {
        std::unique_ptr<FakeDisk> disk;
        std::unique_ptr<ServiceStore> store;
    };
    std::vector<Past> past_;
    std::unique_ptr<Disk> other_disk_;

    static async::Task<Result<Ending>> ended(HandlerTransaction& handler, int status) {
        model::Response response{.status = status};
        const Result<Ending> ending = co_await handler.end(&response);
        co_return ending;
    }
};

// The same on the machine's disk, in a folder of its own, for what other programs read and write.
class MachineStoreFixture : public StoreFixture {
protected:
    MachineStoreFixture() : StoreFixture(make_system_disk(), new_folder()) {}
    ~MachineStoreFixture() override {
        store.reset();
        std::filesystem::remove_all(folder);
    }

private:
    static std::filesystem::path new_folder() {
        std::string name = std::filesystem::path(testing::TempDir()) / "skep-store-XXXXXX";
        return mkdtemp(name.data());
    }
};

}  // namespace skep::store
