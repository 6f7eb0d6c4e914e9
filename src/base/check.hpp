#pragma once
// CHECK: what cannot happen. A violated check prints where and aborts, in every build.

namespace skep {

// Prints `expression` with its place to stderr and aborts.
[[noreturn]] void check_failed(const char* expression, const char* file, int line) noexcept;

}  // namespace skep

#define CHECK(expression) ((expression) ? void(0) : ::skep::check_failed(#expression, __FILE__, __LINE__))
