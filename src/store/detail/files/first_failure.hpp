#pragma once
// FirstFailure: what went wrong first below a store, and whether anything may still be written.

#include <atomic>
#include <mutex>
#include <optional>

#include "base/result.hpp"

namespace skep::store {

// Any thread.
class FirstFailure {
public:
    // What a failure means for later writes. After a failed sync, or a page that is not what was written, each of them
    // could make things worse.
    enum class Writes : std::uint8_t { go_on, stop };

    void record(const Error& error, Writes writes);

    // Forgets it, once the files are known to hold what was acknowledged and nothing else.
    void clear();

    std::optional<Error> get() const;
    // `store_failed` where writes have stopped.
    Result<> check_writable() const;

private:
    std::atomic<bool> stopped_ = false;
    mutable std::mutex mutex_;
    std::optional<Error> first_;
};

}  // namespace skep::store
