#pragma once
// Wire: one connection with what was read ahead from it and what is still to be written.

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "async/byte_stream.hpp"
#include "http/detail/input_buffer.hpp"

namespace skep::http::detail {

// Belongs to one loop. Whoever reads or writes owns the direction at that time: there is no queue.
class Wire {
public:
    using Kind = async::IoOutcome::Kind;

    explicit Wire(async::StreamPtr stream) : stream_(std::move(stream)) {}

    async::ByteStream& stream() { return *stream_; }
    InputBuffer& input() { return input_; }

    // Reads once into `input`, which then holds at most `limit` bytes. A full buffer is `would_block`.
    Kind fill(std::size_t limit);

    // Writes what it can of `parts` and cuts that off them. `done`: everything was written.
    Kind write(std::span<iovec>& parts);

    // Whether the peer has closed its direction and everything from it has been read.
    bool has_ended() const { return ended_; }

    std::uint64_t bytes_read() const { return bytes_read_; }
    std::uint64_t bytes_written() const { return bytes_written_; }

private:
    async::StreamPtr stream_;
    InputBuffer input_;
    bool ended_ = false;
    std::uint64_t bytes_read_ = 0;
    std::uint64_t bytes_written_ = 0;
};

inline iovec part_of(std::string_view text) {
    return {.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
}

}  // namespace skep::http::detail
