#pragma once
// ProgressGuard: ends statements that run past their bounds.

#include <cstdint>

#include "base/clock.hpp"

struct sqlite3;

namespace skep::store {

// SQLite asks it every few hundred steps, also while it prepares. Outlives the connection that it is attached to.
class ProgressGuard {
public:
    enum class Stopped : std::uint8_t { no, deadline, too_slow_inline };

    explicit ProgressGuard(const Clock& clock) : clock_(clock) {}
    void attach(sqlite3* connection);

    // From here on statements end at `deadline`, and at `inline_end` if that is sooner.
    void bound(TimePoint deadline, TimePoint inline_end = TimePoint::max()) {
        deadline_ = deadline;
        inline_end_ = inline_end;
        stopped_ = Stopped::no;
    }
    void unbound() { bound(TimePoint::max()); }

    // Why the last statement was ended.
    Stopped stopped() const { return stopped_; }

private:
    static int ask(void* self);

    const Clock& clock_;
    TimePoint deadline_ = TimePoint::max();
    TimePoint inline_end_ = TimePoint::max();
    Stopped stopped_ = Stopped::no;
};

}  // namespace skep::store
