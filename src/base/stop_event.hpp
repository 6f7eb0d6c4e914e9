#pragma once
// StopEvent: tells threads that block that they shall come to an end.

#include "base/unique_fd.hpp"

namespace skep {

// Set once, from any thread; stays set.
class StopEvent {
public:
    StopEvent();

    void set();
    bool is_set() const;

    // Readable once it is set: to be polled beside what a thread waits for.
    int descriptor() const { return event_.get(); }

private:
    UniqueFd event_;
};

}  // namespace skep
