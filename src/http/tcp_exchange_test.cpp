// Client and server over the kernel's sockets, in real time: what the fakes only claim.

#include <gtest/gtest.h>

#include "async/guard.hpp"
#include "async/io_thread.hpp"
#include "async/task_group.hpp"
#include "http/client.hpp"
#include "http/server.hpp"
#include "http/testing/fake_handler.hpp"

namespace skep::http {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kLargeBody = 8'000'000;

class TcpExchange : public testing::Test {
protected:
    TcpExchange() { server.start(); }

    model::Request get() {
        model::Request request;
        request.authority = "h";
        return request;
    }

    // Runs the loop until `work` has ended.
    void run(async::Task<void> work) {
        async::TaskGroup group(thread.loop());
        group.spawn(run_and_stop(std::move(work)));
        thread.run();
    }
    async::Task<void> run_and_stop(async::Task<void> work) {
        co_await work;
        thread.stop();
    }

    async::Task<void> send(model::Request request) {
        ClientOptions options{.addresses = {target}};
        auto response = co_await client.send(std::move(request), std::move(options));
        if (!response) {
            failure = response.error().name();
            co_return;
        }
        auto body = co_await model::read_all(response->body, 64 * 1024 * 1024);
        received = body ? *body : std::string(body.error().name());
    }
    async::Task<void> send_twice() {
        co_await send(get());
        co_await send(get());
    }

    // A client that breaks its connection while the handler runs.
    async::Task<void> break_off() {
        auto stream = co_await thread.network().connect(server.address());
        const std::string_view text = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
        const iovec part{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
        (*stream)->write(std::span(&part, 1));
        while (handler.running() == 0)
            co_await thread.loop().sleep_for(1ms);
        (*stream)->abort();
        while (handler.running() > 0)
            co_await thread.loop().sleep_for(1ms);
    }

    SystemClock clock;
    async::IoThread thread{clock};
    FakeHandler handler;
    Server server{thread.loop(),
                  thread.network().listen(async::SocketAddress::parse("127.0.0.1:0").value(), {}).value(),
                  handler,
                  {}};
    async::SocketAddress target = server.address();
    Client client{thread.loop(), thread.network(), {}};
    std::string received;
    std::string failure;
};

TEST_F(TcpExchange, answers_twice_on_one_connection) {
    run(send_twice());

    EXPECT_EQ(received, "ok");
    EXPECT_EQ(client.counters().connects, 1U);
    EXPECT_EQ(handler.seen().size(), 2U);
}

TEST_F(TcpExchange, echoes_a_large_body_while_it_arrives) {
    handler.answer = [](model::Request request) -> async::Task<model::Response> {
        model::Response response;
        response.body = std::move(request.body);
        co_return response;
    };
    model::Request request = get();
    request.method = "POST";
    request.body = model::Body(std::string(kLargeBody, 'x'));

    run(send(std::move(request)));

    EXPECT_EQ(received.size(), kLargeBody);
    EXPECT_EQ(failure, "");
}

TEST_F(TcpExchange, cancels_the_handler_when_the_client_breaks_off) {
    handler.answer = [this](model::Request) -> async::Task<model::Response> {
        co_await thread.loop().sleep_for(1h);
        co_return model::Response();
    };

    run(break_off());

    EXPECT_EQ(handler.running(), 0U);
}

TEST_F(TcpExchange, says_when_nobody_listens) {
    target = async::SocketAddress::parse("127.0.0.1:1").value();

    run(send(get()));

    EXPECT_EQ(failure, "connect_failed");
}

}  // namespace
}  // namespace skep::http
