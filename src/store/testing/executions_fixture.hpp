#pragma once
// ExecutionsFixture: a store whose handlers run for a key.

#include <string>
#include <string_view>

#include "store/detail/executions.hpp"
#include "store/detail/sql/statement_history.hpp"
#include "store/testing/store_fixture.hpp"

namespace skep::store {

inline constexpr std::string_view kKey = "order-0000-0000-0001";

class ExecutionsFixture : public StoreFixture {
protected:
    ExecutionsFixture() {
        context.execution = model::KeyedExecution{.key = std::string(kKey)};
        context.peer = "192.0.2.1";
    }

    static model::Request post(std::string body = "one table", std::string target = "/orders") {
        return {.method = "POST", .target = std::move(target), .body = model::Body(std::move(body))};
    }

    Result<std::optional<model::Response>> admit(HandlerTransaction& handler, model::Request request = post()) {
        return loop.run(handler.admit(request));
    }

    static async::Task<Result<Ending>> answered(HandlerTransaction& handler, std::string body) {
        model::Response response{.status = 201, .body = model::Body(std::move(body))};
        response.headers.add("location", "/orders/7");
        response.headers.add("date", "today");
        const Result<Ending> ending = co_await handler.end(&response);
        co_return ending;
    }

    // A request of `kKey` that is answered and recorded.
    void run_once() { run_once(options()); }
    void run_once(HandlerOptions with) {
        auto handler = start(with);
        ASSERT_FALSE(admit(*handler).value());
        write(*handler, "UPDATE t SET n = n + 1 WHERE id = 1");
        ASSERT_EQ(loop.run(answered(*handler, "made")).value(), Ending::settled);
    }

    // The rows of a table of the platform, after a restart.
    std::int64_t records() { return count("SELECT count(*) FROM _skep_replies"); }
    std::int64_t count(const char* sql) {
        store.reset();
        StatementHistory history;
        auto files = StoreFiles::open(*disk, loop.clock(), folder).value();
        auto reader = Connection::open(*files, Role::writer, settings.limits, history, loop.clock()).value();
        const Bytes rows = reader->execute(sql).value().rows;
        RowReader row = RowReader::rows(rows.view()).value();
        const std::int64_t count = std::get<std::int64_t>(row.next().value());
        reader.reset();
        files.reset();
        reopen();
        return count;
    }
};

}  // namespace skep::store
