#include "async/testing/fake_network.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace skep::async {
namespace {

using Kind = IoOutcome::Kind;

// One direction of a pipe.
struct Direction {
    std::string bytes;
    bool ended = false;  // the writer sent its end
    bool broken = false;
};

struct PipeEnd;

struct Pipe {
    std::size_t capacity;
    Direction directions[2];
    PipeEnd* ends[2] = {nullptr, nullptr};
};

struct PipeEnd final : ByteStream {
    PipeEnd(Loop& loop, std::shared_ptr<Pipe> shared, int index)
        : pipe(std::move(shared)), side(index), readable_(loop), writable_(loop), hangup_(loop) {
        pipe->ends[side] = this;
    }
    ~PipeEnd() override {
        end_writing();
        incoming().broken = true;
        pipe->ends[side] = nullptr;
        if (PipeEnd* other = peer_end())
            other->writable_.set();
    }

    IoOutcome read(std::span<std::byte> space) override {
        if (incoming().broken)
            return {.kind = Kind::failed, .error_number = ECONNRESET};
        auto& bytes = incoming().bytes;
        if (bytes.empty())
            return {.kind = incoming().ended ? Kind::end : Kind::would_block};
        const std::size_t count = std::min(space.size(), bytes.size());
        std::memcpy(space.data(), bytes.data(), count);
        bytes.erase(0, count);
        if (PipeEnd* other = peer_end())
            other->writable_.set();
        return {.bytes = count};
    }

    IoOutcome write(std::span<const iovec> parts) override {
        if (outgoing().broken || outgoing().ended)
            return {.kind = Kind::failed, .error_number = EPIPE};
        std::size_t written = 0;
        for (const iovec& part : parts) {
            const std::size_t room = pipe->capacity - outgoing().bytes.size();
            const std::size_t count = std::min(room, part.iov_len);
            outgoing().bytes.append(static_cast<const char*>(part.iov_base), count);
            written += count;
        }
        if (written == 0)
            return {.kind = Kind::would_block};
        if (PipeEnd* other = peer_end())
            other->readable_.set();
        return {.bytes = written};
    }

    Signal& readable() override { return readable_; }
    Signal& writable() override { return writable_; }
    Signal& hangup() override { return hangup_; }
    bool is_broken() const override { return pipe->directions[0].broken && pipe->directions[1].broken; }
    void shutdown_write() override { end_writing(); }
    void abort() override {
        outgoing().broken = true;
        incoming().broken = true;
        end_writing();
        if (PipeEnd* other = peer_end())
            other->hangup_.set();
    }
    SocketAddress peer() const override { return SocketAddress::parse("127.0.0.1:40000").value(); }

    void end_writing() {
        if (std::exchange(outgoing().ended, true))
            return;
        if (PipeEnd* other = peer_end()) {
            other->readable_.set();
            other->hangup_.set();
        }
    }
    Direction& outgoing() { return pipe->directions[side]; }
    Direction& incoming() { return pipe->directions[1 - side]; }
    PipeEnd* peer_end() { return pipe->ends[1 - side]; }

    std::shared_ptr<Pipe> pipe;
    int side;
    Signal readable_;
    Signal writable_;
    Signal hangup_;
};

}  // namespace

std::pair<StreamPtr, StreamPtr> make_pipe(Loop& loop, std::size_t capacity) {
    auto pipe = std::make_shared<Pipe>();
    pipe->capacity = capacity;
    return {std::make_unique<PipeEnd>(loop, pipe, 0), std::make_unique<PipeEnd>(loop, pipe, 1)};
}

class FakeNetwork::FakeListener final : public Listener {
public:
    FakeListener(FakeNetwork& network, std::uint16_t port) : network_(network), port_(port), arrived_(network.loop_) {
        network_.listeners_[port_] = this;
    }
    ~FakeListener() override { network_.listeners_.erase(port_); }

    Task<Result<StreamPtr>> accept() override {
        while (waiting_.empty())
            co_await arrived_.wait();
        co_return try_accept();
    }
    StreamPtr try_accept() override {
        if (waiting_.empty())
            return nullptr;
        StreamPtr stream = std::move(waiting_.front());
        waiting_.pop_front();
        return stream;
    }
    SocketAddress address() const override { return SocketAddress::parse("127.0.0.1:0").value().with_port(port_); }
    void arrive(StreamPtr stream) {
        waiting_.push_back(std::move(stream));
        arrived_.set();
    }

private:
    FakeNetwork& network_;
    std::uint16_t port_;
    std::deque<StreamPtr> waiting_;
    Signal arrived_;
};

FakeNetwork::~FakeNetwork() = default;

Result<std::unique_ptr<Listener>> FakeNetwork::listen(const SocketAddress& address, ListenOptions options) {
    const std::uint16_t port = address.port() != 0 ? address.port() : next_port_++;
    if (listeners_.contains(port) && !options.reuse_port)
        return fail("port_in_use", "cannot listen on port {}", port);
    return std::make_unique<FakeListener>(*this, port);
}

Task<Result<StreamPtr>> FakeNetwork::connect(SocketAddress address) {
    ++connects_;
    const auto found = listeners_.find(address.port());
    if (found == listeners_.end())
        co_return fail("connect_failed", "nobody listens on {}", address.to_string());
    auto [near, far] = make_pipe(loop_);
    found->second->arrive(std::move(far));
    co_return std::move(near);
}

}  // namespace skep::async
