#pragma once
// The kernel's TCP behind the Network port.

#include <memory>

#include "async/byte_stream.hpp"
#include "async/epoll_reactor.hpp"
#include "async/loop.hpp"

namespace skep::async {

// Sockets of `loop`, watched by `reactor`; both outlive it and every stream made by it.
std::unique_ptr<Network> make_tcp_network(Loop& loop, EpollReactor& reactor);

}  // namespace skep::async
