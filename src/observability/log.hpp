#pragma once
// Log records, and the port that takes them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/clock.hpp"

namespace skep {

enum class LogLevel : std::uint8_t { trace, debug, info, warn, error };

std::string_view name_of(LogLevel level);
std::optional<LogLevel> parse_log_level(std::string_view text);

// One line of the log. Secrets never get here.
struct LogRecord {
    WallTime time{};
    LogLevel level = LogLevel::info;
    std::string service;     // empty: Skep itself
    std::string trace_id;    // W3C, hex; empty: belongs to no request
    std::string request_id;  // X-Trace-ID where it differs from the trace id
    std::string message;
    std::vector<std::pair<std::string, std::string>> fields;
};

// Takes records and never blocks: what does not fit is dropped and counted. Any thread.
class Logger {
public:
    virtual ~Logger() = default;
    virtual void log(LogRecord record) = 0;
};

// {"time":"…","level":"info","service":"…","trace_id":"…","message":"…",…}, without a newline.
std::string to_json(const LogRecord& record);

// "12:00:00.123 info  users  message key=value trace=…" for people.
std::string to_text(const LogRecord& record);

// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);
std::string json_quoted(std::string_view text);

}  // namespace skep
