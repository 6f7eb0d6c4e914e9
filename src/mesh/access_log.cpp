#include "mesh/access_log.hpp"

#include <chrono>

#include <fmt/format.h>

namespace skep::mesh {

LogRecord access_line(const model::CallContext& context, Access access) {
    const std::chrono::duration<double, std::milli> duration = access.took;
    LogRecord line;
    line.level = access.status >= 500 ? LogLevel::warn : LogLevel::info;
    line.service = std::move(access.service);
    line.message = std::move(access.asked);
    line.trace_id = context.trace.trace_id_hex();
    if (context.request_id != line.trace_id)
        line.request_id = context.request_id;
    line.fields = {{"status", std::to_string(access.status)},
                   {"duration_ms", fmt::format("{:.3f}", duration.count())},
                   context.caller ? std::pair("caller", context.caller->value()) : std::pair("peer", context.peer)};
    if (!access.code.empty())
        line.fields.emplace_back("code", access.code);
    return line;
}

}  // namespace skep::mesh
