#include "http/testing/raw_peer.hpp"

#include <array>
#include <charconv>

namespace skep::http {

void RawPeer::send(std::string_view text) {
    while (!text.empty() && stream_ != nullptr) {
        const iovec part{.iov_base = const_cast<char*>(text.data()), .iov_len = text.size()};
        const auto outcome = stream_->write(std::span(&part, 1));
        loop_.run_ready();
        if (outcome.kind != async::IoOutcome::Kind::done)
            return;
        text.remove_prefix(outcome.bytes);
    }
}

void RawPeer::end() {
    stream_->shutdown_write();
    loop_.run_ready();
}

void RawPeer::leave() {
    pump();
    stream_.reset();
    loop_.run_ready();
}

void RawPeer::reset() {
    pump();
    stream_->abort();
    stream_.reset();
    loop_.run_ready();
}

void RawPeer::pump() {
    std::array<std::byte, 4096> space;
    loop_.run_ready();
    while (stream_ != nullptr && !closed_) {
        const auto outcome = stream_->read(space);
        if (outcome.kind == async::IoOutcome::Kind::would_block)
            return;
        closed_ = outcome.kind != async::IoOutcome::Kind::done;
        received_.append(reinterpret_cast<const char*>(space.data()), outcome.bytes);
        loop_.run_ready();
    }
}

const std::string& RawPeer::received() {
    pump();
    return received_;
}

std::string RawPeer::take() {
    pump();
    std::string fresh = received_.substr(taken_);
    taken_ = received_.size();
    return fresh;
}

int RawPeer::status() {
    pump();
    int status = 0;
    if (received_.starts_with("HTTP/1.") && received_.size() > 12)
        std::from_chars(received_.data() + 9, received_.data() + 12, status);
    return status;
}

bool RawPeer::is_closed() {
    pump();
    return closed_;
}

std::string RawPeer::body() {
    const auto head_end = received().find("\r\n\r\n");
    return head_end == std::string::npos ? "" : received_.substr(head_end + 4);
}

}  // namespace skep::http
