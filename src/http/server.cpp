#include "http/server.hpp"

#include "async/guard.hpp"
#include "http/detail/session.hpp"

namespace skep::http {
namespace {

constexpr std::string_view kTooManyConnections =
    "HTTP/1.1 503 Service Unavailable\r\nretry-after: 1\r\ncontent-length: 0\r\nconnection: "
    "close\r\n\r\n";

ServerObserver& silent_observer() {
    static ServerObserver observer;
    return observer;
}

async::Task<Result<>> join(async::TaskGroup& group) {
    co_await group.join();
    co_return Result<>();
}

}  // namespace

struct Server::State {
    detail::SessionContext context;
    async::IntrusiveList<detail::Session> sessions;
};

Server::Server(async::Loop& loop, std::unique_ptr<async::Listener> listener, Handler& handler, ServerLimits limits,
               ServerObserver* observer)
    : state_(new State{.context{.loop = loop,
                                .handler = handler,
                                .limits = limits,
                                .observer = observer != nullptr ? *observer : silent_observer(),
                                .default_authority = listener->address().to_string()}}),
      listener_(std::move(listener)),
      address_(listener_->address()),
      sessions_(loop),
      accepting_(loop) {}

Server::~Server() = default;

async::SocketAddress Server::address() const {
    return address_;
}

void Server::start() {
    accepting_.spawn(accept_all());
}

async::Task<void> Server::accept_all() {
    while (true) {
        auto stream = co_await listener_->accept();
        if (stream)
            admit(*std::move(stream));
    }
}

void Server::admit(async::StreamPtr stream) {
    if (sessions_.size() < state_->context.limits.connections) {
        sessions_.spawn(serve(std::move(stream)));
        return;
    }
    state_->context.observer.connection_refused();
    const iovec part = detail::part_of(kTooManyConnections);
    stream->write(std::span(&part, 1));
}

async::Task<void> Server::serve(async::StreamPtr stream) {
    detail::Session session(state_->context, std::move(stream));
    state_->sessions.push_back(session);
    co_await session.run();
}

async::Task<void> Server::drain(TimePoint deadline) {
    state_->context.draining_since = state_->context.loop.now();
    accepting_.cancel();
    while (listener_ != nullptr) {
        auto stream = listener_->try_accept();
        if (stream == nullptr)
            listener_.reset();
        else
            admit(std::move(stream));
    }
    async::IntrusiveList<detail::Session> told;
    while (detail::Session* session = state_->sessions.pop_front()) {
        session->look_again();
        told.push_back(*session);
    }
    state_->sessions.take_all(told);
    const async::GuardOptions limit{.deadline = deadline};
    co_await async::guard(state_->context.loop, join(sessions_), limit);
    sessions_.cancel();
}

}  // namespace skep::http
