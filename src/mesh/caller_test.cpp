#include "mesh/caller.hpp"

#include <gtest/gtest.h>

#include "async/testing/test_loop.hpp"

namespace skep::mesh {
namespace {

using namespace std::chrono_literals;

// Answers after a delay with the depth and trace it was called with.
class EchoEndpoint final : public model::Endpoint {
public:
    EchoEndpoint(async::Loop& loop, Duration delay, int status) : loop_(loop), delay_(delay), status_(status) {}

    async::Task<Result<model::Response>> call(model::Request request, const model::CallContext& context) override {
        co_await loop_.sleep_for(delay_);
        model::Response response;
        response.status = status_;
        response.body = model::Body(request.target + " " + context.trace.trace_id_hex());
        co_return response;
    }

private:
    async::Loop& loop_;
    Duration delay_;
    int status_;
};

// Answers with a body that never ends.
class StreamingEndpoint final : public model::Endpoint {
public:
    explicit StreamingEndpoint(async::Loop& loop) : loop_(loop) {}

    async::Task<Result<model::Response>> call(model::Request, const model::CallContext&) override {
        model::Response response;
        response.body = model::Body(std::make_unique<EndlessBody>(loop_));
        co_return response;
    }

private:
    class EndlessBody final : public model::BodySource {
    public:
        explicit EndlessBody(async::Loop& loop) : ready_(loop) {}
        model::BodyStatus poll(Bytes&) override { return model::BodyStatus::pending; }
        async::Signal& ready() override { return ready_; }
        Error error() const override { return internal("it does not fail"); }

    private:
        async::Signal ready_;
    };

    async::Loop& loop_;
};

class RecordingLogger final : public Logger {
public:
    void log(LogRecord record) override { records.push_back(std::move(record)); }
    std::vector<LogRecord> records;
};

class CallerTest : public testing::Test {
protected:
    void add_service(const std::string& name, Duration delay, int status = 200) {
        auto endpoint = std::make_shared<EchoEndpoint>(loop_, delay, status);
        stats_ = &caller_.set_target(name, std::make_shared<Target>(loop_, std::move(endpoint), Bulkhead::Limits{}));
    }
    Result<model::Response> invoke(const std::string& name, int depth = 0) { return ask(name, "GET", "/x", depth); }
    Result<model::Response> ask(const std::string& name, std::string method, std::string target, int depth = 0) {
        model::CallContext context{.deadline = loop_.clock().now() + 1s, .trace = trace_, .depth = depth};
        model::Request request;
        request.method = std::move(method);
        request.target = std::move(target);
        return loop_.run(caller_.invoke(model::ServiceName(name), std::move(request), std::move(context)));
    }

    async::TestLoop loop_;
    std::unique_ptr<Random> random_ = make_seeded_random(1);
    TraceContext trace_ = TraceContext::start(*random_);
    RecordingLogger logger_;
    Caller caller_{loop_, *random_, {.call_depth = 8, .access_log = &logger_}};
    const ServiceStats* stats_ = nullptr;
};

TEST_F(CallerTest, calls_the_service_within_the_trace) {
    add_service("users", 1ms);

    const auto response = invoke("users");

    ASSERT_TRUE(response);
    EXPECT_EQ(response->body.buffered().view(), "/x " + trace_.trace_id_hex());
}

TEST_F(CallerTest, an_unknown_service_is_named) {
    EXPECT_EQ(invoke("nobody").error().message(), "there is no service 'nobody'");
}

TEST_F(CallerTest, a_call_past_its_deadline_ends) {
    add_service("slow", 1h);

    EXPECT_EQ(invoke("slow").error().name(), "request_deadline_exceeded");
}

TEST_F(CallerTest, a_call_too_deep_is_refused) {
    add_service("users", 1ms);

    EXPECT_TRUE(invoke("users", 8));
    EXPECT_EQ(invoke("users", 9).error().name(), "call_depth_exceeded");
}

TEST_F(CallerTest, a_target_that_is_refused_from_clients_is_refused_from_every_caller) {
    add_service("users", 1ms);

    const auto dotted = ask("users", "GET", "/%2e%2e/a");
    const auto with_nul = ask("users", "GET", "/a%00");
    const auto with_space = ask("users", "GET", "/a b");

    EXPECT_EQ(dotted.error().name(), "malformed_request");
    EXPECT_EQ(dotted.error().message(), "calling 'users' with '/%2e%2e/a': the path has a dot segment");
    EXPECT_EQ(with_nul.error().name(), "malformed_request");
    EXPECT_EQ(with_space.error().name(), "malformed_request");
    EXPECT_EQ(stats_->requests.value(), 0U);
}

TEST_F(CallerTest, the_reply_to_head_has_no_body_but_the_length_of_what_get_would_give) {
    add_service("users", 1ms);
    const std::string length = std::to_string(ask("users", "GET", "/x")->body.buffered().size());

    const auto reply = ask("users", "HEAD", "/x");

    EXPECT_TRUE(reply->body.is_empty());
    EXPECT_EQ(reply->headers.get("content-length"), length);
}

TEST_F(CallerTest, the_reply_to_head_gives_up_a_body_that_streams) {
    const Bulkhead::Limits one_at_a_time{.running = 1, .queued = 0};
    caller_.set_target("feed",
                       std::make_shared<Target>(loop_, std::make_shared<StreamingEndpoint>(loop_), one_at_a_time));

    const auto first = ask("feed", "HEAD", "/x");
    const auto second = ask("feed", "HEAD", "/x");

    EXPECT_TRUE(first->body.is_empty());
    EXPECT_FALSE(first->headers.contains("content-length"));
    EXPECT_TRUE(second);
}

TEST_F(CallerTest, counts_by_outcome) {
    add_service("users", 1ms, 404);
    EXPECT_TRUE(invoke("users"));
    add_service("users", 1ms, 500);
    EXPECT_TRUE(invoke("users"));

    EXPECT_EQ(stats_->requests.value(), 2U);
    EXPECT_EQ(stats_->client_errors.value(), 1U);
    EXPECT_EQ(stats_->server_errors.value(), 1U);
    EXPECT_EQ(stats_->running.load(), 0);
}

TEST_F(CallerTest, a_reply_that_streams_keeps_its_place_until_it_is_dropped) {
    const Bulkhead::Limits one_at_a_time{.running = 1, .queued = 0};
    caller_.set_target("feed",
                       std::make_shared<Target>(loop_, std::make_shared<StreamingEndpoint>(loop_), one_at_a_time));
    std::optional<Result<model::Response>> first = invoke("feed");

    const auto second = invoke("feed");
    first.reset();
    const auto third = invoke("feed");

    EXPECT_EQ(second.error().name(), "service_busy");
    EXPECT_TRUE(third);
}

TEST_F(CallerTest, writes_one_log_line_for_each_call) {
    add_service("users", 2ms, 503);

    EXPECT_TRUE(invoke("users"));

    ASSERT_EQ(logger_.records.size(), 1U);
    const LogRecord& line = logger_.records.front();
    EXPECT_EQ(line.level, LogLevel::warn);
    EXPECT_EQ(line.service, "users");
    EXPECT_EQ(line.message, "GET /x");
    EXPECT_EQ(line.trace_id, trace_.trace_id_hex());
    EXPECT_EQ(line.fields[0], std::make_pair(std::string("status"), std::string("503")));
    EXPECT_EQ(line.fields[1], std::make_pair(std::string("duration_ms"), std::string("2.000")));
}

}  // namespace
}  // namespace skep::mesh
