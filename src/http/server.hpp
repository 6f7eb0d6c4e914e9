#pragma once
// Server: HTTP/1.1 connections of one listener, on one loop.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "async/byte_stream.hpp"
#include "async/task.hpp"
#include "async/task_group.hpp"
#include "http/limits.hpp"
#include "model/message.hpp"

namespace skep::http {

// Where a request came from.
struct ConnectionInfo {
    async::SocketAddress peer;
    std::string peer_ip;  // written once for all requests of the connection
};

// Answers requests. Belongs to the server's loop and outlives the server.
class Handler {
public:
    virtual ~Handler() = default;

    // The task is destroyed when the client leaves: a broken connection at once, one that the
    // client has closed in its direction after `half_close_grace`. The request's body may be held
    // beyond the answer; it then fails with `client_closed`. What is thrown becomes a 500. Faults
    // of the request's body replace the answer, or cut it where it has begun. `connection` outlives the task.
    virtual async::Task<model::Response> handle(model::Request request, const ConnectionInfo& connection) = 0;

    // How large the body of `request` (still without body) may be; `usual` is what the limits say.
    virtual std::uint64_t request_body_limit(const model::Request& request, std::uint64_t usual) const {
        static_cast<void>(request);
        return usual;
    }
};

// Told what a server sees, for metrics and logs. Outlives the server.
class ServerObserver {
public:
    virtual ~ServerObserver() = default;
    virtual void connection_opened() {}
    virtual void connection_closed(std::uint64_t bytes_read, std::uint64_t bytes_written) {
        static_cast<void>(bytes_read), static_cast<void>(bytes_written);
    }
    // A connection was turned away: there are too many.
    virtual void connection_refused() {}
    // A request was refused before it reached the handler.
    virtual void request_refused(const Error& error) { static_cast<void>(error); }
    // The handler threw, gave a response that cannot be written, or a body that failed midway.
    virtual void response_failed(const Error& error) { static_cast<void>(error); }
};

// Framing is read by the strict rules of RFC 9112 and the README of this folder; what is malformed
// gets a problem+json and the end of the connection. Requests of one connection are answered one
// after the other.
class Server {
public:
    // `loop`, `handler` and `observer` outlive the server. Not to be destroyed by one of its own
    // handlers.
    Server(async::Loop& loop, std::unique_ptr<async::Listener> listener, Handler& handler, ServerLimits limits,
           ServerObserver* observer = nullptr);
    ~Server();

    // Begins to accept.
    void start();

    // Ends in good order: takes what has connected already, stops listening, answers running
    // requests with `Connection: close`, and ends when the last connection has, or at `deadline`,
    // when the rest are cut.
    async::Task<void> drain(TimePoint deadline);

    async::SocketAddress address() const;
    std::size_t connections() const { return sessions_.size(); }

private:
    struct State;

    async::Task<void> accept_all();
    async::Task<void> serve(async::StreamPtr stream);
    void admit(async::StreamPtr stream);

    std::unique_ptr<State> state_;
    std::unique_ptr<async::Listener> listener_;
    async::SocketAddress address_;
    async::TaskGroup sessions_;
    async::TaskGroup accepting_;
};

}  // namespace skep::http
