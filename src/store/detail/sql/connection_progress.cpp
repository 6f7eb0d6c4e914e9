#include "store/detail/sql/connection_progress.hpp"

#include <sqlite3.h>

namespace skep::store {
namespace {

constexpr int kStepsBetween = 300;

}  // namespace

void ProgressGuard::attach(sqlite3* connection) {
    sqlite3_progress_handler(connection, kStepsBetween, &ProgressGuard::ask, this);
}

int ProgressGuard::ask(void* self) {
    auto& guard = *static_cast<ProgressGuard*>(self);
    if (guard.deadline_ == TimePoint::max() && guard.inline_end_ == TimePoint::max())
        return 0;
    const TimePoint now = guard.clock_.now();
    if (now >= guard.deadline_)
        guard.stopped_ = Stopped::deadline;
    else if (now >= guard.inline_end_)
        guard.stopped_ = Stopped::too_slow_inline;
    return guard.stopped_ != Stopped::no;
}

}  // namespace skep::store
