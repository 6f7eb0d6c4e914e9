#pragma once
// LogQueue: a bounded queue between those who log and the one who writes, with the last records kept for reading.

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "observability/log.hpp"

namespace skep {

// Any thread.
class LogQueue final : public Logger {
public:
    // Keeps at most `capacity` unwritten records and the last `history` ones. `on_waiting` is called when the first
    // record waits: then somebody calls `take`.
    LogQueue(const Clock& clock, std::size_t capacity, std::size_t history, std::function<void()> on_waiting);

    // Stamps the time where the record has none.
    void log(LogRecord record) override;

    // What waits to be written. Empty: `on_waiting` will be called for the next one.
    std::vector<LogRecord> take();

    // How many records were dropped because nobody wrote in time.
    std::uint64_t dropped() const;

    // The last records of `service` (empty: of all), oldest first, from the one numbered `from` on; sets `from` to the
    // number after the last.
    std::vector<LogRecord> history(const std::string& service, std::uint64_t& from) const;

private:
    const Clock& clock_;
    std::size_t capacity_;
    std::size_t history_limit_;
    std::function<void()> on_waiting_;
    mutable std::mutex mutex_;
    std::vector<LogRecord> waiting_;
    bool told_ = false;
    std::uint64_t dropped_ = 0;
    std::deque<LogRecord> history_;
    std::uint64_t first_ = 0;  // number of history_.front()
};

}  // namespace skep
