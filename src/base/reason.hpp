#pragma once
// The stable names of everything that can go wrong, and the one table that maps them to the outside.

#include <cstdint>
#include <span>
#include <string_view>

namespace skep {

// The thirteen kinds of failure. A `Reason` refines one of them.
enum class ErrorCode : std::uint8_t {
    invalid_argument,
    not_found,
    already_exists,
    conflict,
    unauthenticated,
    permission_denied,
    resource_exhausted,
    deadline_exceeded,
    unavailable,
    cancelled,
    unimplemented,
    data_loss,
    internal,
};

// The name of `code` as users see it, for example "not_found".
std::string_view name_of(ErrorCode code);

// The HTTP status that `code` stands for where its reason names no other.
int http_status_of(ErrorCode code);

// The exit code of a command that fails with `code`.
int exit_code_of(ErrorCode code);

// One stable name for a failure. Names never change their meaning; `docs/errors.md` is made from this table.
struct Reason {
    std::string_view name;
    ErrorCode code;
    int http_status;           // 0: the status of `code`
    std::string_view meaning;  // one sentence
    std::string_view remedy;   // how to go on, one sentence
};

// Every reason, ordered by name within its code.
std::span<const Reason> all_reasons();

// The reason called `name`, or the reason `internal` where there is none.
const Reason& reason_named(std::string_view name);

// The reason called `name`, or nullptr.
const Reason* find_reason(std::string_view name);

inline int http_status_of(const Reason& reason) {
    return reason.http_status != 0 ? reason.http_status : http_status_of(reason.code);
}

}  // namespace skep
