#pragma once
// FailingMemory: SQLite's allocations, of which those of a test's thread fail when it says so.

#include <cstdint>

namespace skep::store {

class FailingMemory {
public:
    enum class Fails : std::uint8_t { once, from_then_on };

    // While it lives, the allocation that `others` precede fails.
    FailingMemory(std::uint64_t others, Fails fails);
    FailingMemory(const FailingMemory&) = delete;
    FailingMemory& operator=(const FailingMemory&) = delete;
    ~FailingMemory();

    bool has_failed() const;
};

}  // namespace skep::store
