#pragma once
// Body: the bytes of a message, whole or as they come.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "async/signal.hpp"
#include "async/task.hpp"
#include "base/bytes.hpp"
#include "base/result.hpp"
#include "model/headers.hpp"

namespace skep::model {

// What one look at a body came to.
enum class BodyStatus : std::uint8_t {
    ready,    // a chunk was taken
    pending,  // nothing yet: wait for `ready()`
    end,      // the body ended well; trailers are known
    failed,   // the body was cut; `error()` says why
};

// A body that arrives over time. Belongs to one loop. Destroying it tells the sender that nobody reads on.
// Backpressure: the sender is asked for more only as chunks are taken.
class BodySource {
public:
    virtual ~BodySource() = default;

    // Takes the next chunk (never empty) where one is there. After `end` or `failed` it gives the same again.
    virtual BodyStatus poll(Bytes& chunk) = 0;

    // Set when `poll` may find something new.
    virtual async::Signal& ready() = 0;

    // After `failed`.
    virtual Error error() const = 0;

    // After `end`; nullptr where there are none.
    virtual const Headers* trailers() const { return nullptr; }
};

// Empty, buffered, or a source. Move-only.
class Body {
public:
    Body() = default;
    explicit Body(Bytes bytes) : buffered_(std::move(bytes)) {}
    explicit Body(std::string text) : buffered_(std::move(text)) {}

    // `length`: the number of bytes, where it is known before.
    explicit Body(std::unique_ptr<BodySource> source, std::optional<std::uint64_t> length = std::nullopt)
        : source_(std::move(source)), length_(length) {}

    bool is_stream() const { return source_ != nullptr; }
    bool is_empty() const { return source_ == nullptr && buffered_.empty(); }
    std::optional<std::uint64_t> length() const { return source_ ? length_ : buffered_.size(); }

    // Takes the next chunk; a buffered body is one chunk.
    BodyStatus poll(Bytes& chunk);

    // The source of a stream; the caller has checked `is_stream`.
    BodySource& source() { return *source_; }
    std::unique_ptr<BodySource> take_source() { return std::move(source_); }

    // The bytes of a buffered body.
    const Bytes& buffered() const { return buffered_; }
    Bytes take_buffered() { return std::move(buffered_); }

private:
    Bytes buffered_;
    std::unique_ptr<BodySource> source_;
    std::optional<std::uint64_t> length_;
};

// A source that gives `first`, then what `rest` gives.
std::unique_ptr<BodySource> prefixed(Bytes first, std::unique_ptr<BodySource> rest);

// A source that fails with `body_too_large` once `rest` has given more than `limit` bytes; then `*exceeded` is set,
// where it is not null. `exceeded` outlives the source.
std::unique_ptr<BodySource> limited(std::unique_ptr<BodySource> rest, std::uint64_t limit, bool* exceeded);

// The next chunk of `body`, waited for; an empty one at the end.
async::Task<Result<Bytes>> next_chunk(Body& body);

// Everything in `body`. Fails with `body_too_large` past `limit` bytes.
async::Task<Result<std::string>> read_all(Body& body, std::uint64_t limit);

}  // namespace skep::model
