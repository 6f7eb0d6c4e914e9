// One store, used from several io threads and pools at once.
#include <array>
#include <atomic>
#include <latch>
#include <map>

#include <gtest/gtest.h>

#include "async/blocking_pool.hpp"
#include "async/io_thread.hpp"
#include "async/task_group.hpp"
#include "store/row_format.hpp"
#include "store/service_store.hpp"
#include "store/testing/fake_disk.hpp"

namespace skep::store {
namespace {

constexpr int kThreads = 3;
constexpr int kClients = 4;    // of each thread
constexpr int kRequests = 25;  // of each client, until they succeed
constexpr int kInAll = kThreads * kClients * kRequests;

class StoreThreadsTest : public testing::Test {
protected:
    StoreThreadsTest() {
        StoreSettings settings{.folder = "/data/orders", .service = model::ServiceName("orders")};
        settings.limits.ddl = true;
        settings.readers = 4;
        settings.checkpoint_bytes = 64 << 10;
        settings.wal_reset_bytes = 256 << 10;
        store = std::make_unique<ServiceStore>(StorePorts{disk, clock, statements, flushes}, settings);
        for (auto& thread : threads) {
            thread = std::make_unique<async::IoThread>(clock);
            lines[&thread->loop()] = std::make_shared<StartLine>(thread->loop(), 1);
            thread->start("store-test");
        }
        on_first([this](async::Loop& loop) { return make_table(loop); });
    }

    ~StoreThreadsTest() override {
        for (auto& thread : threads)
            thread->run_there([] {});
    }

    std::unique_ptr<HandlerTransaction> start(async::Loop& loop, bool is_late, bool is_second_run) {
        HandlerOptions options{.is_second_run = is_second_run,
                               .transaction_timeout = std::chrono::seconds(10),
                               .deadline = clock.now() + std::chrono::seconds(60),
                               .line = lines.at(&loop)};
        options.mode = is_late ? model::TransactionMode::late : model::TransactionMode::turn;
        return store->start(loop, std::move(options), {});
    }

    async::Task<void> make_table(async::Loop& loop) {
        const auto handler = start(loop, false, false);
        const auto made = co_await handler->execute("CREATE TABLE t (n INTEGER NOT NULL)", "");
        const auto filled = co_await handler->execute("INSERT INTO t VALUES (0)", "");
        model::Response response;
        const auto ended = co_await handler->end(&response);
        EXPECT_TRUE(made && filled && ended);
    }

    static async::Task<Result<std::int64_t>> value_in(HandlerTransaction& handler) {
        CO_TRY(const Bytes rows, co_await handler.query("SELECT n FROM t", ""));
        CO_TRY(RowReader reader, RowReader::rows(rows.view()));
        CO_TRY(const Value value, reader.next());
        co_return std::get<std::int64_t>(value);
    }

    // Reads, and writes one more than it read.
    async::Task<Result<Ending>> add_one(async::Loop& loop, bool is_late, bool is_second_run) {
        const auto handler = start(loop, is_late, is_second_run);
        model::Request request;
        CO_TRY_DO(co_await handler->admit(request));
        Result<std::int64_t> value = co_await value_in(*handler);
        std::string sql = "UPDATE t SET n = " + std::to_string(value.value_or(0) + 1);
        Result<Executed> written = Executed();
        if (value)
            written = co_await handler->execute(std::move(sql), "");
        const bool is_well = value && written;
        model::Response response{.status = is_well ? 200 : 500};
        const Result<Ending> ending = co_await handler->end(&response);
        if (!is_well && ending && *ending == Ending::settled)
            co_return fail(unavailable("it did not write"));
        co_return ending;
    }

    async::Task<void> client(async::Loop& loop, bool is_late, std::latch& over) {
        for (int done = 0; done < kRequests;) {
            Result<Ending> ending = co_await add_one(loop, is_late, false);
            if (ending && *ending == Ending::run_again)
                ending = co_await add_one(loop, is_late, true);
            if (ending && *ending == Ending::settled)
                ++done;
            else if (!ending && ending.error().name() == "outcome_unknown")
                ++unknown;
        }
        over.count_down();
    }

    template <typename Make>
    void on_first(Make make) {
        std::latch over(1);
        std::unique_ptr<async::TaskGroup> group;
        threads[0]->run_there([&] {
            group = std::make_unique<async::TaskGroup>(threads[0]->loop());
            group->spawn(until(make(threads[0]->loop()), over));
        });
        over.wait();
        threads[0]->run_there([&] { group.reset(); });
    }
    static async::Task<void> until(async::Task<void> task, std::latch& over) {
        co_await std::move(task);
        over.count_down();
    }

    // Every client adds one, until it has done so kRequests times.
    void run_clients() {
        std::latch over(kThreads * kClients);
        std::array<std::unique_ptr<async::TaskGroup>, kThreads> groups;
        for (std::size_t at = 0; at < kThreads; ++at) {
            threads[at]->run_there([&, at] {
                async::Loop& loop = threads[at]->loop();
                groups[at] = std::make_unique<async::TaskGroup>(loop);
                for (int number = 0; number < kClients; ++number)
                    groups[at]->spawn(client(loop, number % 2 == 0, over));
            });
        }
        over.wait();
        for (std::size_t at = 0; at < kThreads; ++at)
            threads[at]->run_there([&] { groups[at].reset(); });
    }

    std::int64_t value_at_the_end() {
        std::int64_t value = -1;
        on_first([&](async::Loop& loop) { return look(loop, value); });
        return value;
    }
    async::Task<void> look(async::Loop& loop, std::int64_t& into) {
        const auto handler = start(loop, false, false);
        const Result<std::int64_t> value = co_await value_in(*handler);
        into = value.value_or(-1);
        model::Response response;
        const auto ended = co_await handler->end(&response);
        EXPECT_TRUE(ended);
    }

    SystemClock clock;
    FakeDisk disk;
    std::unique_ptr<ServiceStore> store;
    std::map<const async::Loop*, std::shared_ptr<StartLine>> lines;
    std::array<std::unique_ptr<async::IoThread>, kThreads> threads;
    std::atomic<int> unknown{0};
    // Their work ends before what it works on.
    async::BlockingPool statements{2, 1'000};
    async::BlockingPool flushes{2, 1'000};
};

TEST_F(StoreThreadsTest, no_update_of_several_threads_is_lost) {
    run_clients();

    EXPECT_EQ(value_at_the_end(), kInAll);
}

TEST_F(StoreThreadsTest, no_update_is_lost_where_a_flush_fails_in_between) {
    disk.fail_change(40, "disk_failed");

    run_clients();

    EXPECT_TRUE(disk.has_failed());
    EXPECT_EQ(unknown.load(), 0);
    EXPECT_EQ(value_at_the_end(), kInAll);
}

TEST_F(StoreThreadsTest, a_store_that_is_closed_whenever_it_is_idle_loses_nothing) {
    std::atomic<bool> is_over{false};
    std::thread closer([&] {
        while (!is_over.load()) {
            (void)store->close_if_idle();
            std::this_thread::yield();
        }
    });

    run_clients();
    is_over = true;
    closer.join();

    EXPECT_EQ(value_at_the_end(), kInAll);
}

}  // namespace
}  // namespace skep::store
