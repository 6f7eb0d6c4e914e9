#pragma once
// LogWriter: writes what the LogQueue holds to standard error, on a thread of its own.

#include <memory>

#include "async/blocking_pool.hpp"
#include "observability/log_queue.hpp"

namespace skep::platform {

enum class LogFormat : std::uint8_t { text, json };

// Writes the rest when it is destroyed.
class LogWriter {
public:
    // `clock` outlives the writer.
    LogWriter(const Clock& clock, LogFormat format);

    LogQueue& queue() { return queue_; }

private:
    void write_all();

    LogFormat format_;
    LogQueue queue_;
    async::BlockingPool thread_{1, 16};
};

}  // namespace skep::platform
