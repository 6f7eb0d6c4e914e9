#include "observability/log.hpp"

#include <array>

#include <fmt/chrono.h>

#include "base/utf8.hpp"

namespace skep {
namespace {

constexpr std::array<std::string_view, 5> kLevels{"trace", "debug", "info", "warn", "error"};

void append_escaped(std::string& out, char c) {
    switch (c) {
        case '"':
            out += "\\\"";
            return;
        case '\\':
            out += "\\\\";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\t':
            out += "\\t";
            return;
        case '\r':
            out += "\\r";
            return;
        default:
            out += fmt::format("\\u{:04x}", static_cast<unsigned char>(c));
    }
}

void append_member(std::string& out, std::string_view key, std::string_view value) {
    if (value.empty())
        return;
    out += ',';
    append_json_string(out, key);
    out += ':';
    append_json_string(out, value);
}

std::string iso_time(WallTime time) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(time);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time - whole).count();
    return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(whole)),
                       milliseconds);
}

// Control characters would let a guest forge lines on a terminal.
void append_printable(std::string& out, std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x20 && c != '\n' && c != '\t')
            out += '?';
        else if (byte == 0x7F)
            out += '?';
        else
            out += c;
    }
}

}  // namespace

std::string_view name_of(LogLevel level) {
    return kLevels[static_cast<std::size_t>(level)];
}

std::optional<LogLevel> parse_log_level(std::string_view text) {
    if (text == "warning")
        return LogLevel::warn;
    for (std::size_t i = 0; i < kLevels.size(); ++i) {
        if (text == kLevels[i])
            return static_cast<LogLevel>(i);
    }
    return std::nullopt;
}

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    while (!text.empty()) {
        const std::size_t size = utf8_sequence_size(text);
        const char c = text.front();
        if (size == 0)
            out += "\\ufffd";
        else if (size > 1)
            out.append(text.substr(0, size));
        else if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F)
            append_escaped(out, c);
        else
            out += c;
        text.remove_prefix(std::max<std::size_t>(size, 1));
    }
    out += '"';
}

std::string json_quoted(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

std::string to_json(const LogRecord& record) {
    std::string out = fmt::format(R"({{"time":"{}","level":"{}")", iso_time(record.time), name_of(record.level));
    append_member(out, "service", record.service);
    append_member(out, "trace_id", record.trace_id);
    append_member(out, "request_id", record.request_id);
    out += R"(,"message":)";
    append_json_string(out, record.message);
    for (const auto& [key, value] : record.fields) {
        out += ',';
        append_json_string(out, key);
        out += ':';
        append_json_string(out, value);
    }
    out += '}';
    return out;
}

std::string to_text(const LogRecord& record) {
    std::string out = fmt::format("{} {:<5} {:<10} ", iso_time(record.time).substr(11, 12), name_of(record.level),
                                  record.service.empty() ? "skep" : record.service);
    append_printable(out, record.message);
    for (const auto& [key, value] : record.fields) {
        out += fmt::format(" {}=", key);
        append_printable(out, value);
    }
    if (!record.request_id.empty())
        out += fmt::format(" request={}", record.request_id);
    if (!record.trace_id.empty())
        out += fmt::format(" trace={}", record.trace_id);
    return out;
}

}  // namespace skep
