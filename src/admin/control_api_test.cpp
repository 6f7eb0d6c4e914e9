#include "admin/control_api.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "admin/testing/fake_store_admin.hpp"
#include "async/testing/test_loop.hpp"
#include "store/row_format.hpp"

namespace skep::admin {
namespace {

namespace json = boost::json;

class NoCalls final : public model::ServiceInvoker {
public:
    async::Task<Result<model::Response>> invoke(model::ServiceName service, model::Request,
                                                model::CallContext) override {
        co_return fail("service_not_found", "there is no service '{}'", service.value());
    }
};

class OneService final : public telemetry::Reports {
public:
    OneService() {
        orders.name = "orders";
        orders.state = "running";
        orders.stats = std::make_shared<mesh::ServiceStats>();
    }
    std::vector<telemetry::ServiceReport> services() const override { return {orders}; }
    std::optional<telemetry::ServiceReport> service(std::string_view) const override { return orders; }
    telemetry::ProcessReport process() const override { return {.application = "shop", .ready = true}; }

    telemetry::ServiceReport orders;
};

class NoOperations final : public Operations {
public:
    async::Task<Result<>> reload() override { co_return Result<>(); }
    std::string effective_configuration() const override { return "{}\n"; }
};

class ControlApiTest : public testing::Test {
protected:
    model::Response send(std::string method, std::string target, std::string body = {}) {
        model::Request request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers.add("authorization", "Bearer t0ken");
        request.body = model::Body(std::move(body));
        return loop_.run(api_.handle(std::move(request), connection_));
    }
    json::value get(std::string target) { return whole(send("GET", std::move(target))); }
    json::value post(std::string target, std::string body) {
        return whole(send("POST", std::move(target), std::move(body)));
    }
    json::value whole(model::Response response) { return json::parse(text_of(response)); }
    std::string text_of(model::Response& response) {
        return loop_.run(model::read_all(response.body, 1 << 20)).value();
    }

    async::TestLoop loop_;
    std::unique_ptr<Random> random_ = make_seeded_random(1);
    NoCalls invoker_;
    OneService reports_;
    LogQueue logs_{loop_.clock(), 10, 10, [] {}};
    NoOperations operations_;
    FakeStoreAdmin stores_{loop_};
    ControlApi api_{{loop_.loop(), *random_, invoker_, reports_, logs_, operations_, &stores_}, "t0ken"};
    http::ConnectionInfo connection_;
};

TEST_F(ControlApiTest, stores_need_the_token) {
    model::Request request;
    request.target = "/api/v1/stores/orders/tables";

    EXPECT_EQ(loop_.run(api_.handle(std::move(request), connection_)).status, 401);
    EXPECT_EQ(stores_.asked, "");
}

TEST_F(ControlApiTest, says_which_services_there_are_where_none_has_the_logs_asked_for) {
    model::Response reply = send("GET", "/api/v1/logs?service=nope");

    EXPECT_EQ(reply.status, 404);
    EXPECT_THAT(text_of(reply), testing::HasSubstr("there is no service 'nope', but orders"));
}

TEST_F(ControlApiTest, gives_no_lines_of_a_service_that_logged_none) {
    EXPECT_EQ(send("GET", "/api/v1/logs?service=orders").status, 200);
}

TEST_F(ControlApiTest, lists_tables) {
    stores_.table_reports = {{"orders", "table", 3, {"id INTEGER", "total"}}};

    const json::value reply = get("/api/v1/stores/orders/tables");

    EXPECT_EQ(stores_.asked, "tables orders");
    EXPECT_EQ(json::serialize(reply),
              R"({"tables":[{"name":"orders","kind":"table","rows":3,"columns":["id INTEGER","total"]}]})");
}

TEST_F(ControlApiTest, gives_the_rows_of_a_query) {
    store::RowWriter rows;
    rows.begin_rows({"id"});
    rows.integer(7);
    stores_.rows = std::move(rows).take();

    const json::value reply = post("/api/v1/stores/orders/query", R"({"sql":"SELECT id FROM orders"})");

    EXPECT_EQ(stores_.asked, "query orders SELECT id FROM orders");
    EXPECT_EQ(json::serialize(reply), R"({"columns":["id"],"rows":[[7]]})");
}

TEST_F(ControlApiTest, a_query_needs_its_statement) {
    EXPECT_EQ(post("/api/v1/stores/orders/query", "{}").at("code"), "invalid_argument");
    EXPECT_EQ(post("/api/v1/stores/orders/query", "SELECT 1").at("code"), "invalid_argument");
    EXPECT_EQ(stores_.asked, "");
}

TEST_F(ControlApiTest, passes_on_what_the_store_refuses) {
    stores_.failure = error("sql_refused", "INSERT writes");

    const model::Response reply = send("POST", "/api/v1/stores/orders/query", R"({"sql":"INSERT"})");

    EXPECT_EQ(reply.status, 403);
}

TEST_F(ControlApiTest, a_backup_tells_how_it_goes_and_then_what_it_wrote) {
    model::Response reply = send("POST", "/api/v1/backup", R"({"directory":"/b/./1"})");

    EXPECT_EQ(reply.headers.get("content-type"), "application/x-ndjson");
    EXPECT_EQ(text_of(reply),
              R"({"progress":{"service":"orders","done":1,"all":2}}
{"progress":{"service":"orders","done":2,"all":2}}
{"result":{"directory":"/b/1","time":"2026-01-01T12:00:00Z","bytes":12288,"stores":[{"service":"orders","bytes":4096},{"service":"users","bytes":8192}]}}
)");
    EXPECT_EQ(stores_.asked, "backup /b/1");
}

TEST_F(ControlApiTest, an_operation_that_fails_at_once_is_a_problem) {
    stores_.failure = error("already_exists", "/b is not empty");

    EXPECT_EQ(send("POST", "/api/v1/backup", R"({"directory":"/b"})").status, 409);
}

TEST_F(ControlApiTest, an_operation_that_fails_later_says_so_in_its_last_line) {
    stores_.later_failure = error("disk_full", "cannot write /b");

    model::Response reply = send("POST", "/api/v1/stores/orders/export", R"({"file":"/b/orders.db"})");

    EXPECT_EQ(reply.status, 200);
    EXPECT_THAT(text_of(reply),
                testing::EndsWith("{\"error\":{\"code\":\"disk_full\",\"message\":\"cannot write /b\"}}\n"));
}

TEST_F(ControlApiTest, an_operation_whose_client_leaves_is_cancelled) {
    {
        const model::Response reply = send("POST", "/api/v1/backup", R"({"directory":"/b"})");
    }
    loop_.advance(std::chrono::seconds(5));

    EXPECT_FALSE(stores_.ended);
}

TEST_F(ControlApiTest, paths_of_the_machine_are_absolute) {
    EXPECT_EQ(post("/api/v1/backup", R"({"directory":"b"})").at("code"), "invalid_argument");
    EXPECT_EQ(post("/api/v1/stores/orders/export", R"({"file":"b"})").at("code"), "invalid_argument");
}

TEST_F(ControlApiTest, lists_migrations_of_one_service_or_of_all) {
    stores_.migration_reports = {{"orders", "0001_a.sql", "applied"}, {"orders", "0002_b.sql", "pending"}};

    EXPECT_EQ(get("/api/v1/migrations?service=orders").at("migrations").at(1).at("state"), "pending");
    EXPECT_EQ(stores_.asked, "migrations orders");
    get("/api/v1/migrations");
    EXPECT_EQ(stores_.asked, "migrations ");
}

TEST_F(ControlApiTest, a_path_of_stores_takes_one_method) {
    EXPECT_EQ(send("GET", "/api/v1/backup").headers.get("allow"), "POST");
    EXPECT_EQ(send("POST", "/api/v1/stores/orders/tables").headers.get("allow"), "GET");
    EXPECT_EQ(send("GET", "/api/v1/stores/orders/nothing").status, 404);
    EXPECT_EQ(send("GET", "/api/v1/stores/Orders!/tables").status, 400);
}

TEST_F(ControlApiTest, status_and_health_show_the_store) {
    reports_.orders.store = telemetry::StoreReport{.state = "failed", .error = "store_failed: no", .bytes = 4096};

    const json::value status = get("/api/v1/status");

    EXPECT_EQ(status.at_pointer("/services/0/store/state"), "failed");
    EXPECT_EQ(status.at_pointer("/services/0/store/bytes"), 4096);
    EXPECT_EQ(get("/readyz?verbose").at_pointer("/services/orders"), "failed");
}

TEST_F(ControlApiTest, its_document_describes_every_path_of_stores) {
    const json::value document = get("/api/v1/openapi.json");

    EXPECT_EQ(document.at("paths").as_object().count("/api/v1/stores/{service}/tables"), 1U);
    EXPECT_EQ(document.at_pointer("/paths/~1api~1v1~1stores~1{service}~1query/post/parameters/0/in"), "path");
    EXPECT_EQ(document.at_pointer("/paths/~1api~1v1~1backup/post/security/0/token"), json::array());
}

}  // namespace
}  // namespace skep::admin
