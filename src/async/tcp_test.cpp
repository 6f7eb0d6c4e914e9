#include "async/tcp.hpp"

#include <string>

#include <gtest/gtest.h>

#include "async/testing/fake_network.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::async {
namespace {

using Kind = IoOutcome::Kind;

// The real network and the fake one keep the same promises.
class NetworkContract : public testing::TestWithParam<bool> {
protected:
    NetworkContract() {
        if (GetParam())
            network_ = make_tcp_network(loop_, reactor_);
        else
            network_ = std::make_unique<FakeNetwork>(loop_);
    }

    // Runs `task`, waiting for the kernel where nothing is ready.
    template <typename T>
    T run(Task<T> task) {
        task.await_suspend(std::noop_coroutine()).resume();
        while (!task.is_done()) {
            loop_.run_ready();
            if (!task.is_done())
                reactor_.poll(std::chrono::seconds(1));
        }
        return task.await_resume();
    }

    std::pair<StreamPtr, StreamPtr> connected() {
        auto listener = network_->listen(SocketAddress::parse("127.0.0.1:0").value(), {}).value();
        StreamPtr near = run(network_->connect(listener->address())).value();
        StreamPtr far = run(listener->accept()).value();
        return {std::move(near), std::move(far)};
    }

    static IoOutcome write(ByteStream& stream, std::string_view text) {
        const iovec part{const_cast<char*>(text.data()), text.size()};
        return stream.write({&part, 1});
    }

    static Task<std::string> read_some(ByteStream& stream) {
        std::string buffer(1000, ' ');
        while (true) {
            const IoOutcome outcome = stream.read(std::as_writable_bytes(std::span(buffer)));
            if (outcome.kind == Kind::done)
                co_return buffer.substr(0, outcome.bytes);
            if (outcome.kind != Kind::would_block)
                co_return outcome.kind == Kind::end ? "<end>" : "<failed>";
            co_await stream.readable().wait();
        }
    }

    TestLoop loop_;
    EpollReactor reactor_;
    std::unique_ptr<Network> network_;
};

TEST_P(NetworkContract, bytes_arrive) {
    auto [near, far] = connected();

    EXPECT_EQ(write(*near, "hello").bytes, 5U);

    EXPECT_EQ(run(read_some(*far)), "hello");
}

TEST_P(NetworkContract, an_empty_stream_would_block) {
    auto [near, far] = connected();
    std::byte space[8];

    EXPECT_EQ(near->read(space).kind, Kind::would_block);
}

TEST_P(NetworkContract, the_end_follows_the_last_bytes) {
    auto [near, far] = connected();
    write(*near, "bye");
    near->shutdown_write();

    EXPECT_EQ(run(read_some(*far)), "bye");
    EXPECT_EQ(run(read_some(*far)), "<end>");
}

TEST_P(NetworkContract, a_closed_peer_is_signalled_before_it_is_read) {
    auto [near, far] = connected();
    near.reset();

    run([](ByteStream& stream) -> Task<int> {
        co_await stream.hangup().wait();
        co_return 0;
    }(*far));

    EXPECT_EQ(run(read_some(*far)), "<end>");
}

TEST_P(NetworkContract, an_aborted_connection_fails_to_read) {
    auto [near, far] = connected();
    near->abort();

    EXPECT_EQ(run(read_some(*far)), "<failed>");
}

TEST_P(NetworkContract, writing_blocks_when_nobody_reads_and_goes_on_when_somebody_does) {
    auto [near, far] = connected();
    const std::string block(1 << 20, 'x');
    for (IoOutcome outcome; outcome.kind == Kind::done;)
        outcome = write(*near, block);

    auto drain_until_writable = [](ByteStream& reader, ByteStream& writer, std::string_view text) -> Task<bool> {
        std::string buffer(1 << 20, ' ');
        IoOutcome outcome{.kind = Kind::would_block};
        while (outcome.kind == Kind::would_block) {
            reader.read(std::as_writable_bytes(std::span(buffer)));
            outcome = write(writer, text);
        }
        co_return outcome.kind == Kind::done;
    };

    EXPECT_TRUE(run(drain_until_writable(*far, *near, block)));
}

TEST_P(NetworkContract, connecting_to_a_closed_port_fails_by_name) {
    auto address = network_->listen(SocketAddress::parse("127.0.0.1:0").value(), {}).value()->address();

    EXPECT_EQ(run(network_->connect(address)).error().name(), "connect_failed");
}

TEST_P(NetworkContract, a_port_in_use_is_named) {
    auto first = network_->listen(SocketAddress::parse("127.0.0.1:0").value(), {}).value();

    EXPECT_EQ(network_->listen(first->address(), {}).error().name(), "port_in_use");
}

INSTANTIATE_TEST_SUITE_P(, NetworkContract, testing::Bool(),
                         [](const auto& info) { return info.param ? "tcp" : "fake"; });

}  // namespace
}  // namespace skep::async
