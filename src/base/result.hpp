#pragma once
// Result<T>: a value or an Error, and the two control macros that pass errors on.

#include <expected>
#include <utility>

#include "base/error.hpp"

namespace skep {

template <typename T = void>
using Result = std::expected<T, Error>;

// What a function returns to fail: `return fail("route_not_found", "no route for {}", path);`.
using Failure = std::unexpected<Error>;

template <typename... Args>
Failure fail(std::string_view reason, fmt::format_string<Args...> format, Args&&... args) {
    return Failure(error(reason, format, std::forward<Args>(args)...));
}

inline Failure fail(Error error) {
    return Failure(std::move(error));
}

// Lets go of an error that has shown itself elsewhere, or will.
template <typename T>
void disregard(const Result<T>&) {}

// The error of a Result that has failed, to be returned from a function of another type.
template <typename T>
Failure pass_on(Result<T>&& result) {
    return Failure(std::move(result).error());
}

}  // namespace skep

#define SKEP_CONCAT_(a, b) a##b
#define SKEP_CONCAT(a, b) SKEP_CONCAT_(a, b)
#define SKEP_TRY_(RETURN, temporary, declaration, ...)        \
    auto temporary = __VA_ARGS__;                             \
    if (!temporary) [[unlikely]]                              \
        RETURN ::skep::Failure(std::move(temporary).error()); \
    declaration = *std::move(temporary)
#define SKEP_TRY_VOID_(RETURN, temporary, ...)                 \
    if (auto temporary = __VA_ARGS__; !temporary) [[unlikely]] \
    RETURN ::skep::Failure(std::move(temporary).error())

// TRY(auto x, f()): declares x from the value of f(), or returns its error. TRY_DO(f()) for Result<void>.
#define TRY(declaration, ...) SKEP_TRY_(return, SKEP_CONCAT(result_, __LINE__), declaration, __VA_ARGS__)
#define TRY_DO(...) SKEP_TRY_VOID_(return, SKEP_CONCAT(result_, __LINE__), __VA_ARGS__)

// The same in a coroutine: CO_TRY(auto x, co_await f()).
#define CO_TRY(declaration, ...) SKEP_TRY_(co_return, SKEP_CONCAT(result_, __LINE__), declaration, __VA_ARGS__)
#define CO_TRY_DO(...) SKEP_TRY_VOID_(co_return, SKEP_CONCAT(result_, __LINE__), __VA_ARGS__)
