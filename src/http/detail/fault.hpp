#pragma once
// Fault: which rule of HTTP some received bytes broke, without an allocation.

#include <expected>
#include <string_view>

namespace skep::http::detail {

// Both are literals.
struct Fault {
    std::string_view reason;  // of the table of reasons, as a client of the server sees it
    std::string_view rule;    // what was broken
};

template <typename T = void>
using Parsed = std::expected<T, Fault>;

inline std::unexpected<Fault> malformed(std::string_view rule) {
    return std::unexpected(Fault{"malformed_request", rule});
}
inline std::unexpected<Fault> fault(std::string_view reason, std::string_view rule) {
    return std::unexpected(Fault{reason, rule});
}

}  // namespace skep::http::detail
