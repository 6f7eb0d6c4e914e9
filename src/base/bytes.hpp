#pragma once
// Bytes: an owned run of bytes that travels between modules, and across the engine, without a copy.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace skep {

// Move-only. Whoever holds it owns the memory; destroying it calls the release function of its origin,
// on whatever thread that happens.
class Bytes {
public:
    using Release = void (*)(void* owner);

    Bytes() = default;
    // Takes over `text`; small texts are copied once.
    explicit Bytes(std::string text);
    Bytes(Bytes&& other) noexcept { swap(other); }
    Bytes& operator=(Bytes&& other) noexcept {
        Bytes(std::move(other)).swap(*this);
        return *this;
    }
    ~Bytes() {
        if (release_ != nullptr)
            release_(owner_);
    }

    static Bytes copy_of(std::string_view text) { return Bytes(std::string(text)); }

    // Owns `size` bytes at `data` until `release(owner)` is called.
    static Bytes adopt(const std::uint8_t* data, std::size_t size, void* owner, Release release);

    // Refers to memory that outlives every user, for example a literal.
    static Bytes literal(std::string_view text);

    const std::uint8_t* data() const { return data_; }
    std::size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    std::string_view view() const { return {reinterpret_cast<const char*>(data_), size_}; }
    std::span<const std::uint8_t> span() const { return {data_, size_}; }

    // Drops the first `count` bytes from the view; the memory stays owned. `count` ≤ size().
    void remove_prefix(std::size_t count) {
        data_ += count;
        size_ -= count;
    }

    // Keeps only the first `count` bytes in the view. `count` ≤ size().
    void truncate(std::size_t count) { size_ = count; }

    // Gives the memory away: the caller calls `release(owner)` once, where release is not null.
    struct Parts {
        const std::uint8_t* data;
        std::size_t size;
        void* owner;
        Release release;
    };
    Parts detach() &&;

private:
    void swap(Bytes& other) noexcept {
        std::swap(data_, other.data_);
        std::swap(size_, other.size_);
        std::swap(owner_, other.owner_);
        std::swap(release_, other.release_);
    }

    const std::uint8_t* data_ = nullptr;
    std::size_t size_ = 0;
    void* owner_ = nullptr;
    Release release_ = nullptr;
};

}  // namespace skep
