#include "http/detail/connection_pool.hpp"

#include <algorithm>

#include "async/guard.hpp"

namespace skep::http::detail {
namespace {

// The bytes of the address, then the authority.
std::string key_of(const async::SocketAddress& address, std::string_view authority) {
    std::string key(reinterpret_cast<const char*>(address.native()), address.native_size());
    return key.append(authority);
}

// Nothing may have come while the connection was unused: no surplus bytes, no end.
bool is_healthy(Connection& connection) {
    Wire& wire = connection.wire();
    return wire.fill(1) == Wire::Kind::would_block && wire.input().empty();
}

}  // namespace

// What is known of one address and authority.
struct ConnectionPool::Host {
    struct Waiter : async::ListNode {
        Waiter(ConnectionPool& pool, const std::string& key) : woken(pool.loop_), pool_(pool), key_(key) {}
        // Woken and then cancelled: the next in the row has its turn.
        ~Waiter() {
            const auto host = pool_.hosts_.find(key_);
            if (!is_linked() && !has_gone_on && host != pool_.hosts_.end())
                host->second.wake_one();
        }
        async::Signal woken;
        bool has_gone_on = false;

    private:
        ConnectionPool& pool_;
        const std::string& key_;
    };

    std::vector<ConnectionPtr> idle;  // the youngest last
    std::size_t open = 0;             // used, unused and being made
    async::IntrusiveList<Waiter> waiters;

    void wake_one() {
        if (Waiter* waiter = waiters.pop_front())
            waiter->woken.set();
    }
};

// The right to have one connection of a host; given back when the connection ends, or is not made.
class ConnectionPool::Turn {
public:
    Turn(ConnectionPool& pool, const std::string& key) : pool_(pool), key_(key) { ++pool.hosts_[key].open; }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() {
        if (!taken_)
            pool_.connection_ended(key_);
    }
    void take() { taken_ = true; }

private:
    ConnectionPool& pool_;
    const std::string& key_;
    bool taken_ = false;
};

Connection::Connection(ConnectionPool& pool, std::string key, async::StreamPtr stream)
    : pool_(pool.shared_from_this()), key_(std::move(key)), wire_(std::move(stream)), expiry_(*this) {}

Connection::~Connection() {
    pool_->connection_ended(key_);
}

void Connection::Expiry::expired() {
    connection_.pool_->drop(connection_);
}

ConnectionPool::ConnectionPool(async::Loop& loop, async::Network& network, const ClientLimits& limits)
    : loop_(loop), network_(network), limits_(limits) {}

ConnectionPool::~ConnectionPool() = default;

async::Task<Result<ConnectionPtr>> ConnectionPool::acquire(const std::vector<async::SocketAddress>& addresses,
                                                           std::string_view authority, Kind kind) {
    for (std::size_t i = 0; kind == Kind::any && i < addresses.size(); ++i) {
        if (ConnectionPtr connection = take_idle(key_of(addresses[i], authority)))
            co_return connection;
    }
    Result<ConnectionPtr> connection = fail("connect_failed", "there is no address for {}", authority);
    for (const auto& address : addresses) {
        connection = co_await connect(address, key_of(address, authority));
        if (connection)
            break;
    }
    co_return connection;
}

ConnectionPtr ConnectionPool::take_idle(const std::string& key) {
    const auto found = hosts_.find(key);
    while (found != hosts_.end() && !found->second.idle.empty()) {
        ConnectionPtr connection = std::move(found->second.idle.back());
        found->second.idle.pop_back();
        connection->expiry_.disarm();
        if (is_healthy(*connection)) {
            ++counters_.reuses;
            return connection;
        }
        if (found->second.idle.empty())
            return nullptr;  // what ends now may take the host with it
    }
    return nullptr;
}

async::Task<Result<ConnectionPtr>> ConnectionPool::connect(async::SocketAddress address, std::string key) {
    while (hosts_[key].open >= limits_.connections_per_host) {
        Host::Waiter waiter(*this, key);
        hosts_[key].waiters.push_back(waiter);
        co_await waiter.woken.wait();
        waiter.has_gone_on = true;
        if (ConnectionPtr connection = take_idle(key))
            co_return connection;
    }
    Turn turn(*this, key);
    const async::GuardOptions limit{.deadline = loop_.now() + limits_.connect_timeout,
                                    .deadline_reason = "connect_failed",
                                    .deadline_message = "the connection was not made in time"};
    ++counters_.connects;
    auto stream = co_await async::guard(loop_, network_.connect(address), limit);
    if (!stream)
        co_return pass_on(std::move(stream));
    turn.take();
    co_return std::make_unique<Connection>(*this, key, *std::move(stream));
}

void ConnectionPool::keep(ConnectionPtr connection) {
    Host& host = hosts_[connection->key_];
    if (closed_ || host.idle.size() >= limits_.pool_per_host)
        return;
    connection->was_used_ = true;
    connection->wire().input().shrink();
    loop_.arm(connection->expiry_, loop_.now() + limits_.pool_idle);
    host.idle.push_back(std::move(connection));
    host.wake_one();
}

void ConnectionPool::connection_ended(const std::string& key) {
    const auto found = hosts_.find(key);
    Host& host = found->second;
    --host.open;
    if (!host.waiters.empty())
        host.wake_one();
    else if (host.open == 0 && host.idle.empty())
        hosts_.erase(found);
}

void ConnectionPool::drop(Connection& connection) {
    auto& idle = hosts_[connection.key_].idle;
    const auto found = std::ranges::find(idle, &connection, &ConnectionPtr::get);
    ConnectionPtr ended = std::move(*found);
    idle.erase(found);
}

void ConnectionPool::close() {
    closed_ = true;
    std::vector<ConnectionPtr> ended;
    for (auto& [key, host] : hosts_)
        std::ranges::move(host.idle, std::back_inserter(ended));
    for (auto& [key, host] : hosts_)
        host.idle.clear();
}

std::size_t ConnectionPool::idle_connections() const {
    std::size_t count = 0;
    for (const auto& [key, host] : hosts_)
        count += host.idle.size();
    return count;
}

}  // namespace skep::http::detail
