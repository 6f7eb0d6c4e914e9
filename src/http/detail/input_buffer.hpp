#pragma once
// InputBuffer: bytes received and not yet understood, in one piece.

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>

namespace skep::http::detail {

class InputBuffer {
public:
    std::string_view view() const { return empty() ? std::string_view() : std::string_view(&bytes_[begin_], size()); }
    std::size_t size() const { return end_ - begin_; }
    bool empty() const { return begin_ == end_; }

    // Drops the first `count` bytes. Views stay valid until the next `space`.
    void consume(std::size_t count) {
        begin_ += count;
        if (begin_ == end_)
            begin_ = end_ = 0;
    }

    // Room for more bytes behind those held, which together stay within `limit`. Empty: the limit
    // is reached. An empty buffer is first made at least `wanted` bytes large.
    std::span<std::byte> space(std::size_t limit, std::size_t wanted = kFirst) {
        if (empty() && capacity_ < wanted)
            allocate(wanted);
        if (end_ == capacity_)
            make_room(limit);
        const std::size_t room = std::min(capacity_ - end_, limit - std::min(limit, size()));
        if (room == 0)
            return {};
        return {reinterpret_cast<std::byte*>(bytes_.get() + end_), room};
    }
    void commit(std::size_t count) { end_ += count; }

    // Gives the memory back where the buffer is empty and larger than a usual request needs.
    void shrink() {
        if (!empty() || capacity_ <= kFirst)
            return;
        bytes_.reset();
        begin_ = end_ = capacity_ = 0;
    }

private:
    static constexpr std::size_t kFirst = 4096;

    void allocate(std::size_t capacity) {
        bytes_ = std::make_unique_for_overwrite<char[]>(capacity);
        capacity_ = capacity;
        begin_ = end_ = 0;
    }

    void make_room(std::size_t limit) {
        const std::size_t held = size();
        if (held >= limit)
            return;
        if (held > capacity_ / 2 || capacity_ == 0) {
            const std::size_t larger = std::max(kFirst, capacity_ * 2);
            auto bytes = std::make_unique_for_overwrite<char[]>(larger);
            if (held > 0)
                std::memcpy(bytes.get(), bytes_.get() + begin_, held);
            bytes_ = std::move(bytes);
            capacity_ = larger;
        } else if (held > 0) {
            std::memmove(bytes_.get(), bytes_.get() + begin_, held);
        }
        begin_ = 0;
        end_ = held;
    }

    std::unique_ptr<char[]> bytes_;
    std::size_t capacity_ = 0;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace skep::http::detail
