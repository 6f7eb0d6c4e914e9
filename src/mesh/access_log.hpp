#pragma once
// The access log: one line for each request from outside that no service got, and for each call of a service.

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "model/call_context.hpp"
#include "observability/log.hpp"

namespace skep::mesh {

// What came of a request.
struct Access {
    std::string service;  // empty where none was called
    std::string asked;    // "GET /users/1"
    int status = 0;
    Duration took{};
    std::string_view code;  // the error's; empty where there was none
};

// Warns from 500 on.
LogRecord access_line(const model::CallContext& context, Access access);

}  // namespace skep::mesh
