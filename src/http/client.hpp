#pragma once
// Client: HTTP/1.1 requests over pooled connections, on one loop.

#include <memory>
#include <optional>
#include <vector>

#include "async/byte_stream.hpp"
#include "async/task.hpp"
#include "http/limits.hpp"
#include "model/message.hpp"

namespace skep::http {

// Where a request goes, and until when.
struct ClientOptions {
    std::vector<async::SocketAddress> addresses;  // checked by the caller; tried in order, at least one
    std::optional<TimePoint> deadline;            // until the response's head: `upstream_timeout`
};

namespace detail {
class ConnectionPool;
}

// Belongs to one loop. May be destroyed while responses stream: they go on, their connections are
// then closed.
class Client {
public:
    // How often things happened since the start.
    struct Counters {
        std::uint64_t connects = 0;
        std::uint64_t reuses = 0;   // requests on a pooled connection
        std::uint64_t retries = 0;  // on a fresh connection, because a pooled one was stale
    };

    // `loop` and `network` outlive the client and its responses.
    Client(async::Loop& loop, async::Network& network, ClientLimits limits);
    ~Client();

    // The response's head, with a body that may still be arriving, while the request's body may
    // still be leaving. Redirects are not followed; interim responses are skipped.
    //
    // Destroying the task, or the response's body before its end, closes the connection. A request
    // on a pooled connection that turns out stale is sent once more, if its body is not a stream,
    // and its method is idempotent or no byte of it had left.
    //
    // Fails with `connect_failed`, `upstream_closed`, `upstream_protocol_error` (the reply breaks a
    // rule of framing, or bytes follow it), `upstream_timeout`, `tls_not_available`,
    // `invalid_argument` (the request cannot be written), and as the request's body does.
    async::Task<Result<model::Response>> send(model::Request request, ClientOptions options);

    const Counters& counters() const;
    std::size_t idle_connections() const;

private:
    async::Task<Result<model::Response>> send_in_time(model::Request request,
                                                      std::vector<async::SocketAddress> addresses);

    async::Loop& loop_;
    ClientLimits limits_;
    std::shared_ptr<detail::ConnectionPool> pool_;
};

}  // namespace skep::http
