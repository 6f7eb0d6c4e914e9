#pragma once
// ByteStream: a connection, seen as "try now, or wait until it is worth trying again".

#include <cstddef>
#include <memory>
#include <span>
#include <sys/uio.h>

#include "async/signal.hpp"
#include "async/socket_address.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace skep::async {

// What one attempt to read or write came to.
struct IoOutcome {
    enum class Kind : std::uint8_t { done, would_block, end, failed };
    Kind kind = Kind::done;
    std::size_t bytes = 0;  // with `done`: more than 0
    int error_number = 0;   // with `failed`
};

// Both directions of one connection. Belongs to one loop. Destroying it closes the connection.
//
// Reading and writing never wait; the signals say when to try again after `would_block`. So a waiting
// coroutine can be destroyed at any time without an operation of the kernel that still points into it.
class ByteStream {
public:
    virtual ~ByteStream() = default;

    // Reads at most `space.size()` bytes (> 0). `end`: the peer has closed its direction.
    virtual IoOutcome read(std::span<std::byte> space) = 0;

    // Writes the parts in order, as many bytes as fit. At most 64 parts a call.
    virtual IoOutcome write(std::span<const iovec> parts) = 0;

    // Set when `read` may find something new: bytes, the end, or an error.
    virtual Signal& readable() = 0;

    // Set when `write` may accept something again.
    virtual Signal& writable() = 0;

    // Set when the peer has closed its direction, and when the connection broke, whatever is still to be read.
    virtual Signal& hangup() = 0;

    // Whether the connection is known to be broken in both directions, also while there are bytes to read.
    virtual bool is_broken() const = 0;

    // Sends the end of our direction.
    virtual void shutdown_write() = 0;

    // Ends the connection so that the peer sees a reset, not an orderly end.
    virtual void abort() = 0;

    virtual SocketAddress peer() const = 0;
};

using StreamPtr = std::unique_ptr<ByteStream>;

// Waits for connections. Belongs to one loop.
class Listener {
public:
    virtual ~Listener() = default;

    // The next connection. Fails with `unavailable` when the process has no descriptors left (after a pause).
    virtual Task<Result<StreamPtr>> accept() = 0;

    // A connection that waits already, or nullptr.
    virtual StreamPtr try_accept() = 0;

    virtual SocketAddress address() const = 0;
};

// The door to the network. One per loop.
class Network {
public:
    virtual ~Network() = default;

    struct ListenOptions {
        bool reuse_port = false;  // several loops share the port
        int backlog = 1024;
    };

    // Fails with `port_in_use` or `permission_denied`. Port 0 takes a free one.
    virtual Result<std::unique_ptr<Listener>> listen(const SocketAddress& address, ListenOptions options) = 0;

    // Connects; bounded by the caller's guard. Fails with `connect_failed`.
    virtual Task<Result<StreamPtr>> connect(SocketAddress address) = 0;
};

}  // namespace skep::async
