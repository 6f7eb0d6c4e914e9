#include "cli/http_control_client.hpp"

#include <gtest/gtest.h>

#include "async/io_thread.hpp"
#include "http/server.hpp"

namespace skep::cli {
namespace {

// Answers with what it was asked, but for /broken and /away.
class Echo final : public http::Handler {
public:
    async::Task<model::Response> handle(model::Request request, const http::ConnectionInfo&) override {
        if (request.target == "/broken")
            co_return model::problem_response(error("service_not_found", "no service x"));
        if (request.target == "/away")
            co_return model::problem_response(error("connect_failed", "users: connection refused"));
        if (request.target == "/lines")
            co_return model::Response{200, {}, model::Body("one\n\ntwo\nrest")};
        auto body = co_await model::read_all(request.body, 1000);
        model::Response response;
        response.headers.add("x-skep-next", "7");
        response.body = model::Body(fmt::format("{} {} {} {}", request.method, request.target,
                                                request.headers.get("authorization"), body.value_or("none")));
        co_return response;
    }
};

// A server in a thread of its own.
class HttpControl : public testing::Test {
public:
    HttpControl() {
        auto listener = thread.network().listen(async::SocketAddress::parse("127.0.0.1:0").value(), {});
        server.emplace(thread.loop(), std::move(listener).value(), echo, http::ServerLimits{});
        server->start();
        address = server->address().to_string();
        thread.start("control");
    }
    ~HttpControl() override {
        thread.run_there([this] { server.reset(); });
    }

protected:
    std::unique_ptr<ControlClient> client() { return connect_over_http(address, "t0ken", clock).value(); }

    SystemClock clock;
    Echo echo;
    async::IoThread thread{clock};
    std::optional<http::Server> server;
    std::string address;
};

TEST_F(HttpControl, shows_the_token_and_hands_back_the_reply) {
    const auto reply = client()->get("/api/v1/logs?tail=1");

    ASSERT_TRUE(reply);
    EXPECT_EQ(reply->body, "GET /api/v1/logs?tail=1 Bearer t0ken ");
    EXPECT_EQ(reply->headers.get("x-skep-next"), "7");
}

TEST_F(HttpControl, gives_the_lines_of_a_reply_one_by_one) {
    std::vector<std::string> lines;

    const auto asked = client()->post_for_lines("/lines", "", [&](std::string_view line) { lines.emplace_back(line); });

    EXPECT_TRUE(asked);
    EXPECT_EQ(lines, (std::vector<std::string>{"one", "", "two"}));
    EXPECT_EQ(client()->post_for_lines("/broken", "", [](std::string_view) {}).error().name(), "service_not_found");
}

TEST_F(HttpControl, sends_a_body_and_may_be_asked_again) {
    const auto control = client();

    EXPECT_EQ(control->post("/api/v1/call", "{}")->body, "POST /api/v1/call Bearer t0ken {}");
    EXPECT_EQ(control->post("/api/v1/reload", "")->body, "POST /api/v1/reload Bearer t0ken ");
}

TEST_F(HttpControl, makes_an_error_of_a_problem) {
    const auto reply = client()->get("/broken");

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().to_string(), "service_not_found: no service x");
}

TEST_F(HttpControl, a_service_that_cannot_be_reached_is_not_the_control_api) {
    const auto reply = client()->get("/away");

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().to_string(), "connect_failed: users: connection refused");
}

TEST(ControlClient, says_that_nobody_answers) {
    const SystemClock clock;

    const auto reply = connect_over_http("127.0.0.1:1", "", clock).value()->get("/");

    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().name(), "control_unreachable");
    EXPECT_EQ(connect_over_http("localhost", "", clock).error().name(), "usage");
}

}  // namespace
}  // namespace skep::cli
