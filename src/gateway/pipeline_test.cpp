#include "gateway/pipeline.hpp"

#include <gmock/gmock.h>

#include "async/testing/test_loop.hpp"

namespace skep::gateway {
namespace {

constexpr std::string_view kKey = "0123456789abcdef";
constexpr std::string_view kTraceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

// Remembers the call and answers with what the test gave it.
class FakeInvoker final : public model::ServiceInvoker {
public:
    async::Task<Result<model::Response>> invoke(model::ServiceName service, model::Request request,
                                                model::CallContext context) override {
        called = service.value();
        headers = request.headers;
        trace_id = context.trace.trace_id_hex();
        if (const auto* keyed = std::get_if<model::KeyedExecution>(&context.execution))
            key = keyed->key;
        if (failure)
            co_return fail(*failure);
        co_return model::Response{};
    }

    std::string called;
    std::string key;
    std::string trace_id;
    model::Headers headers;
    std::optional<Error> failure;
};

class NoReports final : public telemetry::Reports {
public:
    std::vector<telemetry::ServiceReport> services() const override { return {}; }
    std::optional<telemetry::ServiceReport> service(std::string_view) const override { return std::nullopt; }
    telemetry::ProcessReport process() const override { return {}; }
};

class KeptLines final : public Logger {
public:
    void log(LogRecord record) override { records.push_back(std::move(record)); }
    std::vector<LogRecord> records;
};

class PipelineTest : public testing::Test {
protected:
    PipelineTest() {
        model::Application application;
        application.services = {stateful(), stateless()};
        pipeline_.set_routes(std::make_shared<RouteTable>(make_route_table(application).value()));
    }

    static model::Service stateful() {
        model::Service service;
        service.name = model::ServiceName("orders");
        service.module = "/orders.wasm";
        service.data.enabled = true;
        service.routes = {{"/orders/*", {}, {}}};
        model::RouteOptions paid;
        paid.match = {"/orders/paid", {}, {}};
        paid.key_required = true;
        service.route_options = {paid};
        return service;
    }

    static model::Service stateless() {
        model::Service service;
        service.name = model::ServiceName("quotes");
        service.module = "/quotes.wasm";
        service.routes = {{"/quotes", {}, {}}};
        return service;
    }

    model::Response send(std::string method, std::string target, std::string_view key = {}) {
        model::Request request;
        request.method = std::move(method);
        request.target = std::move(target);
        request.headers = sent_;
        if (!key.empty())
            request.headers.add("idempotency-key", key);
        return loop_.run(pipeline_.handle(std::move(request), connection_));
    }

    // What the service gets of a request with the field `tracestate` and one `traceparent` for each of these.
    std::string tracestate_beside(std::initializer_list<std::string_view> traceparents) {
        model::Request request;
        request.target = "/quotes";
        request.headers.add("tracestate", "vendor=1");
        for (const std::string_view traceparent : traceparents)
            request.headers.add("traceparent", traceparent);
        loop_.run(pipeline_.handle(std::move(request), connection_));
        return std::string(invoker_.headers.get("tracestate"));
    }

    model::Response fail_with(std::string_view reason) {
        invoker_.failure = error(reason, "no");
        return send("POST", "/orders/1");
    }

    model::Headers sent_;
    async::TestLoop loop_;
    std::unique_ptr<Random> random_ = make_seeded_random(1);
    FakeInvoker invoker_;
    NoReports reports_;
    KeptLines lines_;
    Pipeline pipeline_{{loop_.loop(), *random_, invoker_, reports_, &lines_}, {}};
    http::ConnectionInfo connection_;
};

TEST_F(PipelineTest, a_key_travels_with_the_call_and_stays_in_the_request) {
    const model::Response reply = send("POST", "/orders/1", kKey);

    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(invoker_.called, "orders");
    EXPECT_EQ(invoker_.key, kKey);
    EXPECT_EQ(invoker_.headers.get("idempotency-key"), kKey);
}

TEST_F(PipelineTest, a_malformed_key_is_refused_before_the_service_is_called) {
    const model::Response reply = send("POST", "/orders/1", "short");

    EXPECT_EQ(reply.status, 400);
    EXPECT_EQ(reply.headers.get("content-type"), "application/problem+json");
    EXPECT_TRUE(reply.headers.contains("x-trace-id"));
    EXPECT_EQ(invoker_.called, "");
}

TEST_F(PipelineTest, a_request_that_reaches_no_service_has_its_line_in_the_access_log) {
    EXPECT_EQ(send("GET", "/nowhere?page=2").status, 404);

    ASSERT_EQ(lines_.records.size(), 1U);
    const LogRecord& line = lines_.records.front();
    EXPECT_EQ(line.message, "GET /nowhere?page=2");
    EXPECT_EQ(line.service, "");
    EXPECT_THAT(line.fields, testing::Contains(testing::Pair("status", "404")));
    EXPECT_THAT(line.fields, testing::Contains(testing::Pair("code", "route_not_found")));
}

TEST_F(PipelineTest, a_request_that_a_service_got_has_its_line_from_the_call) {
    EXPECT_EQ(send("GET", "/orders/1").status, 200);

    EXPECT_TRUE(lines_.records.empty());
}

TEST_F(PipelineTest, a_route_may_require_a_key) {
    EXPECT_EQ(send("PUT", "/orders/paid").status, 400);
    EXPECT_EQ(send("PUT", "/orders/paid", kKey).status, 200);
    EXPECT_EQ(send("GET", "/orders/paid").status, 200);
    EXPECT_EQ(send("PUT", "/orders/1").status, 200);
}

TEST_F(PipelineTest, a_key_means_nothing_to_a_service_without_a_store) {
    EXPECT_EQ(send("POST", "/quotes", "short").status, 200);

    EXPECT_EQ(invoker_.key, "");
    EXPECT_EQ(invoker_.headers.get("idempotency-key"), "short");
}

TEST_F(PipelineTest, what_may_go_better_in_a_second_says_so) {
    EXPECT_EQ(fail_with("idempotency_key_running").headers.get("retry-after"), "1");
    EXPECT_EQ(fail_with("snapshot_stale").headers.get("retry-after"), "1");
    EXPECT_EQ(fail_with("batch_rolled_back").headers.get("retry-after"), "1");
    EXPECT_EQ(fail_with("turn_queue_full").headers.get("retry-after"), "1");
}

TEST_F(PipelineTest, what_is_not_to_be_repeated_does_not) {
    EXPECT_FALSE(fail_with("idempotency_key_reused").headers.contains("retry-after"));
    EXPECT_FALSE(fail_with("outcome_unknown").headers.contains("retry-after"));
    EXPECT_FALSE(fail_with("quota_exceeded").headers.contains("retry-after"));
}

TEST_F(PipelineTest, the_errors_of_keys_have_their_own_status) {
    EXPECT_EQ(fail_with("idempotency_key_running").status, 409);
    EXPECT_EQ(fail_with("idempotency_key_reused").status, 422);
    EXPECT_EQ(fail_with("quota_exceeded").status, 507);
}

TEST_F(PipelineTest, what_only_skep_says_is_taken_from_a_client) {
    sent_.add("x-skep-depth", "0");
    sent_.add("forwarded", "for=10.0.0.1");
    sent_.add("x-forwarded-for", "10.0.0.1");
    sent_.add("x-forwarded-proto", "https");
    sent_.add("x-forwarded-port", "443");
    sent_.add("x-real-ip", "10.0.0.1");
    sent_.add("accept", "text/plain");

    send("GET", "/quotes");

    EXPECT_EQ(invoker_.headers.size(), 1U);
    EXPECT_EQ(invoker_.headers.get("accept"), "text/plain");
}

TEST_F(PipelineTest, the_trace_state_goes_on_with_its_trace) {
    EXPECT_EQ(tracestate_beside({kTraceparent}), "vendor=1");
}

TEST_F(PipelineTest, the_trace_state_of_a_trace_that_cannot_be_taken_up_is_dropped) {
    EXPECT_EQ(tracestate_beside({}), "");
    EXPECT_EQ(tracestate_beside({"00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01"}), "");
    EXPECT_EQ(tracestate_beside({"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}), "");
}

TEST_F(PipelineTest, of_two_traces_none_is_taken_up) {
    EXPECT_EQ(tracestate_beside({kTraceparent, kTraceparent}), "");
    EXPECT_NE(invoker_.trace_id, "0af7651916cd43dd8448eb211c80319c");
}

TEST_F(PipelineTest, a_path_without_a_route_is_not_found) {
    EXPECT_EQ(send("GET", "/nowhere").status, 404);
    EXPECT_EQ(send("GET", "/nowhere").headers.contains("x-trace-id"), true);
}

}  // namespace
}  // namespace skep::gateway
