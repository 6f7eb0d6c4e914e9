#pragma once
// RawPeer: the other end of a connection, as bytes, for tests that look at the wire.

#include <string>
#include <string_view>

#include "async/byte_stream.hpp"
#include "async/testing/test_loop.hpp"

namespace skep::http {

class RawPeer {
public:
    RawPeer(async::TestLoop& loop, async::StreamPtr stream) : loop_(loop), stream_(std::move(stream)) {}

    // Writes `text`, as far as it fits, and lets the other side work.
    void send(std::string_view text);

    // Writes `text`, which fits, and leaves it to the test when the other side works.
    void send_later(std::string_view text);

    // Closes our direction, the whole connection in good order, or breaks it.
    void end();
    void leave();
    void reset();

    // Everything received so far.
    const std::string& received();

    // What came since the last call.
    std::string take();

    // The status of the first reply received; 0 where there is none.
    int status();

    // The other side has closed its direction, or broken the connection.
    bool is_closed();

    // What follows the first empty line of what was received.
    std::string body();

private:
    void pump();

    async::TestLoop& loop_;
    async::StreamPtr stream_;
    std::string received_;
    std::size_t taken_ = 0;
    bool closed_ = false;
};

}  // namespace skep::http
