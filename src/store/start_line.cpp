#include "store/start_line.hpp"

namespace skep::store {

async::Task<Result<>> StartLine::until_started() {
    HeldBack caller(loop_);
    held_back_.push_back(caller);
    loop_.post_behind(*this);
    co_await caller.may_start.wait();
    co_return Result<>();
}

void StartLine::run() {
    start_next();
    if (!held_back_.empty())
        loop_.post_behind(*this);
}

void StartLine::leave() {
    --standing_;
    if (standing_ < most_standing_)
        start_next();
}

void StartLine::start_next() {
    if (HeldBack* next = held_back_.pop_front())
        next->may_start.set();
}

}  // namespace skep::store
