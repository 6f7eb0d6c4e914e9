#pragma once
// ConnectionPool: the client's connections, used and unused, by address and authority.

#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "async/byte_stream.hpp"
#include "http/client.hpp"
#include "http/detail/wire.hpp"

namespace skep::http::detail {

class ConnectionPool;

// One connection to an upstream. Destroying it closes it.
class Connection {
public:
    Connection(ConnectionPool& pool, std::string key, async::StreamPtr stream);
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection();

    Wire& wire() { return wire_; }
    bool was_used() const { return was_used_; }
    ConnectionPool& pool() { return *pool_; }

private:
    friend class ConnectionPool;
    struct Expiry final : async::Timer {
        explicit Expiry(Connection& connection) : connection_(connection) {}
        void expired() override;
        Connection& connection_;
    };

    std::shared_ptr<ConnectionPool> pool_;
    std::string key_;
    Wire wire_;
    Expiry expiry_;
    bool was_used_ = false;
};

using ConnectionPtr = std::unique_ptr<Connection>;

// Shared by the client and by the responses that still hold a connection.
class ConnectionPool : public std::enable_shared_from_this<ConnectionPool> {
public:
    ConnectionPool(async::Loop& loop, async::Network& network, const ClientLimits& limits);
    ~ConnectionPool();

    // A healthy unused connection to one of `addresses`, else a new one; waits while there are too many.
    // With `fresh`, unused ones are left alone.
    enum class Kind : std::uint8_t { any, fresh };
    async::Task<Result<ConnectionPtr>> acquire(const std::vector<async::SocketAddress>& addresses,
                                               std::string_view authority, Kind kind);

    // Keeps `connection`, whose last exchange ended in good order.
    void keep(ConnectionPtr connection);

    // Closes what is unused and keeps nothing more.
    void close();

    std::size_t idle_connections() const;
    Client::Counters& counters() { return counters_; }
    async::Loop& loop() { return loop_; }

private:
    friend class Connection;
    struct Host;
    class Turn;

    ConnectionPtr take_idle(const std::string& key);
    async::Task<Result<ConnectionPtr>> connect(async::SocketAddress address, std::string key);
    void connection_ended(const std::string& key);
    void drop(Connection& connection);

    async::Loop& loop_;
    async::Network& network_;
    ClientLimits limits_;
    bool closed_ = false;
    Client::Counters counters_;
    std::unordered_map<std::string, Host> hosts_;
};

}  // namespace skep::http::detail
