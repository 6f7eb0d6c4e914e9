#pragma once
// FakeNetwork: connections inside the process, in virtual time, with small buffers.

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include "async/byte_stream.hpp"

namespace skep::async {

// Both ends of one connection. Each direction holds at most `capacity` bytes.
std::pair<StreamPtr, StreamPtr> make_pipe(Loop& loop, std::size_t capacity = 65536);

// Connects streams to listeners of the same FakeNetwork by port. A port nobody listens on: `connect_failed`.
class FakeNetwork final : public Network {
public:
    explicit FakeNetwork(Loop& loop) : loop_(loop) {}
    ~FakeNetwork() override;

    Result<std::unique_ptr<Listener>> listen(const SocketAddress& address, ListenOptions options) override;
    Task<Result<StreamPtr>> connect(SocketAddress address) override;

    // How often `connect` was called.
    int connects() const { return connects_; }

private:
    class FakeListener;

    Loop& loop_;
    int connects_ = 0;
    std::uint16_t next_port_ = 50000;
    std::map<std::uint16_t, FakeListener*> listeners_;
};

}  // namespace skep::async
