#pragma once
// HeadScanner: finds the end of a message's head in bytes that arrive piece by piece.

#include <string_view>

#include "http/detail/fault.hpp"

namespace skep::http::detail {

struct HeadBounds {
    std::size_t first_line;  // the longest allowed, with its CRLF
    std::size_t block;       // the longest field block allowed
};

// A line feed without its carriage return, and the other way round, is refused at once, so that a
// broken client need not wait for a timeout.
class HeadScanner {
public:
    enum class State : std::uint8_t { incomplete, complete };

    // `text` begins with the head's first byte and contains what earlier calls saw.
    // Fails with `target_too_long`, `headers_too_large` or `malformed_request`.
    Parsed<State> scan(std::string_view text, const HeadBounds& bounds);

    // After `complete`: the size of the head with the empty line, and of its first line with CRLF.
    std::size_t size() const { return line_start_; }
    std::size_t first_line_size() const { return first_line_; }

    void reset() { *this = HeadScanner(); }

private:
    std::size_t scanned_ = 0;
    std::size_t line_start_ = 0;
    std::size_t first_line_ = 0;  // 0: not seen whole yet
};

}  // namespace skep::http::detail
