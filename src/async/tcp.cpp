#include "async/tcp.hpp"

#include <cerrno>
#include <cstring>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "base/unique_fd.hpp"

namespace skep::async {
namespace {

using Kind = IoOutcome::Kind;

IoOutcome failed_or_blocked(int error_number) {
    if (error_number == EAGAIN || error_number == EWOULDBLOCK)
        return {.kind = Kind::would_block};
    return {.kind = Kind::failed, .error_number = error_number};
}

void enable(int fd, int level, int option) {
    const int on = 1;
    setsockopt(fd, level, option, &on, sizeof(on));
}

class TcpStream final : public ByteStream, IoWatcher {
public:
    TcpStream(Loop& loop, EpollReactor& reactor, UniqueFd fd, SocketAddress peer)
        : reactor_(reactor), fd_(std::move(fd)), peer_(peer), readable_(loop), writable_(loop), hangup_(loop) {
        enable(fd_.get(), IPPROTO_TCP, TCP_NODELAY);
        reactor_.add(fd_.get(), *this);
    }
    // Said to the reactor, not left to the close: a child process may hold a copy of the descriptor.
    ~TcpStream() override { reactor_.remove(fd_.get()); }

    IoOutcome read(std::span<std::byte> space) override {
        if (!may_read_)
            return {.kind = Kind::would_block};
        const ssize_t count = ::recv(fd_.get(), space.data(), space.size(), 0);
        if (count > 0) {
            // Fewer bytes than asked for: the queue was empty, and what comes later is a new edge. Once the
            // peer has hung up there is no further edge, so the end must still be read.
            may_read_ = static_cast<std::size_t>(count) == space.size() || hung_up_;
            return {.bytes = static_cast<std::size_t>(count)};
        }
        if (count == 0)
            return {.kind = Kind::end};
        const IoOutcome outcome = failed_or_blocked(errno);
        may_read_ = outcome.kind != Kind::would_block;
        return outcome;
    }

    IoOutcome write(std::span<const iovec> parts) override {
        msghdr message{};
        message.msg_iov = const_cast<iovec*>(parts.data());
        message.msg_iovlen = parts.size();
        const ssize_t count = ::sendmsg(fd_.get(), &message, MSG_NOSIGNAL);
        if (count >= 0)
            return {.bytes = static_cast<std::size_t>(count)};
        return failed_or_blocked(errno);
    }

    Signal& readable() override { return readable_; }
    Signal& writable() override { return writable_; }
    Signal& hangup() override { return hangup_; }
    bool is_broken() const override { return broken_; }
    void shutdown_write() override { ::shutdown(fd_.get(), SHUT_WR); }
    void abort() override {
        const linger now{.l_onoff = 1, .l_linger = 0};
        setsockopt(fd_.get(), SOL_SOCKET, SO_LINGER, &now, sizeof(now));
        reactor_.remove(fd_.get());
        fd_.reset();
    }
    SocketAddress peer() const override { return peer_; }
    int descriptor() const { return fd_.get(); }

private:
    void on_io(Events events) override {
        if (events.readable) {
            may_read_ = true;
            readable_.set();
        }
        if (events.writable)
            writable_.set();
        if ((events.hangup && !hung_up_) || (events.broken && !broken_))
            hangup_.set();
        hung_up_ = hung_up_ || events.hangup;
        broken_ = broken_ || events.broken;
    }

    EpollReactor& reactor_;
    UniqueFd fd_;
    SocketAddress peer_;
    Signal readable_;
    Signal writable_;
    Signal hangup_;
    bool may_read_ = true;
    bool hung_up_ = false;
    bool broken_ = false;
};

SocketAddress local_address_of(int fd) {
    sockaddr_storage storage{};
    socklen_t size = sizeof(storage);
    getsockname(fd, reinterpret_cast<sockaddr*>(&storage), &size);
    return {reinterpret_cast<sockaddr*>(&storage), size};
}

class TcpListener final : public Listener, IoWatcher {
public:
    TcpListener(Loop& loop, EpollReactor& reactor, UniqueFd fd)
        : loop_(loop), reactor_(reactor), fd_(std::move(fd)), ready_(loop) {
        reactor_.add(fd_.get(), *this);
    }
    ~TcpListener() override { reactor_.remove(fd_.get()); }

    Task<Result<StreamPtr>> accept() override {
        while (true) {
            if (StreamPtr stream = try_accept())
                co_return stream;
            if (out_of_descriptors_) {
                co_await loop_.sleep_for(std::chrono::milliseconds(50));
                co_return fail("unavailable", "cannot accept a connection: no file descriptor is free");
            }
            co_await ready_.wait();
        }
    }

    StreamPtr try_accept() override {
        sockaddr_storage peer{};
        while (true) {
            socklen_t size = sizeof(peer);
            const int fd =
                ::accept4(fd_.get(), reinterpret_cast<sockaddr*>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd >= 0) {
                out_of_descriptors_ = false;
                const SocketAddress address(reinterpret_cast<sockaddr*>(&peer), size);
                return std::make_unique<TcpStream>(loop_, reactor_, UniqueFd(fd), address);
            }
            // The connection may have broken while it waited; the next one may be well.
            if (errno != ECONNABORTED && errno != EINTR && errno != EPROTO)
                break;
        }
        out_of_descriptors_ = errno == EMFILE || errno == ENFILE || errno == ENOMEM || errno == ENOBUFS;
        return nullptr;
    }

    SocketAddress address() const override { return local_address_of(fd_.get()); }

private:
    void on_io(Events) override { ready_.set(); }

    Loop& loop_;
    EpollReactor& reactor_;
    UniqueFd fd_;
    Signal ready_;
    bool out_of_descriptors_ = false;
};

Error listen_error(const SocketAddress& address, int error_number) {
    const std::string_view reason = error_number == EADDRINUSE      ? "port_in_use"
                                    : error_number == EADDRNOTAVAIL ? "address_not_available"
                                    : error_number == EACCES        ? "permission_denied"
                                                                    : "unavailable";
    return error(reason, "cannot listen on {}: {}", address.to_string(), std::strerror(error_number));
}

class TcpNetwork final : public Network {
public:
    TcpNetwork(Loop& loop, EpollReactor& reactor) : loop_(loop), reactor_(reactor) {}

    Result<std::unique_ptr<Listener>> listen(const SocketAddress& address, ListenOptions options) override {
        UniqueFd fd(::socket(address.native()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!fd)
            return fail(listen_error(address, errno));
        enable(fd.get(), SOL_SOCKET, SO_REUSEADDR);
        if (options.reuse_port)
            enable(fd.get(), SOL_SOCKET, SO_REUSEPORT);
        if (::bind(fd.get(), address.native(), address.native_size()) != 0)
            return fail(listen_error(address, errno));
        if (::listen(fd.get(), options.backlog) != 0)
            return fail(listen_error(address, errno));
        return std::make_unique<TcpListener>(loop_, reactor_, std::move(fd));
    }

    Task<Result<StreamPtr>> connect(SocketAddress address) override {
        UniqueFd fd(::socket(address.native()->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
        if (!fd)
            co_return fail(connect_error(address, errno));
        if (::connect(fd.get(), address.native(), address.native_size()) != 0 && errno != EINPROGRESS)
            co_return fail(connect_error(address, errno));
        auto stream = std::make_unique<TcpStream>(loop_, reactor_, std::move(fd), address);
        co_await stream->writable().wait();
        int error_number = 0;
        socklen_t size = sizeof(error_number);
        getsockopt(stream->descriptor(), SOL_SOCKET, SO_ERROR, &error_number, &size);
        if (error_number != 0)
            co_return fail(connect_error(address, error_number));
        co_return stream;
    }

private:
    static Error connect_error(const SocketAddress& address, int error_number) {
        return error("connect_failed", "cannot connect to {}: {}", address.to_string(), std::strerror(error_number));
    }

    Loop& loop_;
    EpollReactor& reactor_;
};

}  // namespace

std::unique_ptr<Network> make_tcp_network(Loop& loop, EpollReactor& reactor) {
    return std::make_unique<TcpNetwork>(loop, reactor);
}

}  // namespace skep::async
