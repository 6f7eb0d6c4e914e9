#include "http/detail/wire.hpp"

namespace skep::http::detail {

Wire::Kind Wire::fill(std::size_t limit) {
    if (ended_)
        return Kind::end;
    const std::span<std::byte> space = input_.space(limit);
    if (space.empty())
        return Kind::would_block;
    const async::IoOutcome outcome = stream_->read(space);
    if (outcome.kind == Kind::done) {
        input_.commit(outcome.bytes);
        bytes_read_ += outcome.bytes;
    }
    ended_ = outcome.kind == Kind::end;
    return outcome.kind;
}

Wire::Kind Wire::write(std::span<iovec>& parts) {
    while (!parts.empty()) {
        const async::IoOutcome outcome = stream_->write(parts);
        if (outcome.kind != Kind::done)
            return outcome.kind;
        bytes_written_ += outcome.bytes;
        std::size_t written = outcome.bytes;
        while (!parts.empty() && written >= parts.front().iov_len) {
            written -= parts.front().iov_len;
            parts = parts.subspan(1);
        }
        if (!parts.empty()) {
            parts.front().iov_base = static_cast<char*>(parts.front().iov_base) + written;
            parts.front().iov_len -= written;
        }
    }
    return Kind::done;
}

}  // namespace skep::http::detail
