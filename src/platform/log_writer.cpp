#include "platform/log_writer.hpp"

#include <cstdio>

namespace skep::platform {
namespace {

constexpr std::size_t kWaiting = 16'384;  // records
constexpr std::size_t kHistory = 4'096;   // records

}  // namespace

LogWriter::LogWriter(const Clock& clock, LogFormat format)
    : format_(format), queue_(clock, kWaiting, kHistory, [this] { thread_.submit([this] { write_all(); }); }) {}

void LogWriter::write_all() {
    for (auto records = queue_.take(); !records.empty(); records = queue_.take()) {
        std::string lines;
        for (const LogRecord& record : records)
            lines += (format_ == LogFormat::json ? to_json(record) : to_text(record)) + "\n";
        std::fwrite(lines.data(), 1, lines.size(), stderr);
    }
}

}  // namespace skep::platform
