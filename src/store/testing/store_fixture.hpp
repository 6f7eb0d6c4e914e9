#pragma once
// StoreFixture: a store in virtual time, whose pools run their work on the test's thread.

#include <filesystem>
#include <memory>
#include <string>

#include <gtest/gtest.h>

#include "async/testing/manual_pool.hpp"
#include "async/testing/test_loop.hpp"
#include "store/row_format.hpp"
#include "store/service_store.hpp"

namespace skep::store {

inline std::string params(std::initializer_list<Value> values) {
    RowWriter writer;
    writer.begin_params(values.size());
    for (const Value& value : values)
        writer.value(value);
    return std::move(writer).take();
}

class StoreFixture : public testing::Test {
protected:
    StoreFixture() {
        std::string name = folder.string();
        folder = mkdtemp(name.data());
        loop.when_idle([this] { return statements.run_one() || flushes.run_one(); });
        reopen();
        auto setup = start();
        write(*setup, "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)");
        write(*setup, "INSERT INTO t VALUES (1, 0)");
        EXPECT_EQ(end(*setup).value(), Ending::settled);
    }

    ~StoreFixture() override {
        store.reset();
        std::filesystem::remove_all(folder);
    }

    // As after a restart of the process.
    void reopen() {
        store.reset();
        StoreSettings settings{.folder = folder, .service = model::ServiceName("orders")};
        settings.limits.ddl = true;
        store = std::make_unique<ServiceStore>(StorePorts{*disk, loop.clock(), statements, flushes}, settings);
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

    async::TestLoop loop;
    async::ManualPool statements;
    async::ManualPool flushes;
    std::unique_ptr<Disk> disk = make_system_disk();
    std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "skep-store-XXXXXX";
    model::CallContext context;
    std::unique_ptr<ServiceStore> store;
};

}  // namespace skep::store
