#pragma once
// Error: what can happen, as a value.

#include <string>
#include <string_view>
#include <utility>

#include <fmt/core.h>

#include "base/reason.hpp"

namespace skep {

// A failure: its stable reason, a message that says what was attempted and with what (lower case, no
// period), and an optional detail of several lines (a guest's backtrace, the caret under a manifest line).
class Error {
public:
    Error(const Reason& reason, std::string message) : reason_(&reason), message_(std::move(message)) {}

    const Reason& reason() const { return *reason_; }
    std::string_view name() const { return reason_->name; }
    ErrorCode code() const { return reason_->code; }
    int http_status() const { return http_status_of(*reason_); }
    int exit_code() const { return exit_code_of(reason_->code); }
    const std::string& message() const { return message_; }
    const std::string& detail() const { return detail_; }

    // The same error with `text` as its detail.
    Error with_detail(std::string text) && {
        detail_ = std::move(text);
        return std::move(*this);
    }

    // The same error with "context: " before its message.
    Error within(std::string_view context) &&;

    // "reason: message", as logs and the core interface show it.
    std::string to_string() const;

private:
    const Reason* reason_;
    std::string message_;
    std::string detail_;
};

// Makes an error from the name of a reason: `error("guest_timeout", "service {} …", name)`.
// A name that is not in the table becomes `internal`; a unit test of the table's users guards that.
template <typename... Args>
Error error(std::string_view reason, fmt::format_string<Args...> format, Args&&... args) {
    return Error(reason_named(reason), fmt::format(format, std::forward<Args>(args)...));
}

#define SKEP_ERROR_MAKER(code)                                                               \
    template <typename... Args>                                                              \
    Error code(fmt::format_string<Args...> format, Args&&... args) {                         \
        return Error(reason_named(#code), fmt::format(format, std::forward<Args>(args)...)); \
    }
SKEP_ERROR_MAKER(invalid_argument)
SKEP_ERROR_MAKER(not_found)
SKEP_ERROR_MAKER(already_exists)
SKEP_ERROR_MAKER(conflict)
SKEP_ERROR_MAKER(permission_denied)
SKEP_ERROR_MAKER(resource_exhausted)
SKEP_ERROR_MAKER(deadline_exceeded)
SKEP_ERROR_MAKER(unavailable)
SKEP_ERROR_MAKER(cancelled)
SKEP_ERROR_MAKER(unimplemented)
SKEP_ERROR_MAKER(internal)
#undef SKEP_ERROR_MAKER

}  // namespace skep
