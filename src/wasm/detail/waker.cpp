#include "wasm/detail/waker.hpp"

namespace skep::wasm {
namespace {

Waker& self(skep_waker* waker) {
    return static_cast<Waker&>(*waker);
}

}  // namespace

Waker::Waker(async::Loop& loop, WakeTarget& target) : loop_(loop), target_(&target) {
    static constexpr skep_waker_ops kOps{
        .retain = [](skep_waker* waker) { self(waker).retain(); },
        .release = [](skep_waker* waker) { self(waker).release(); },
        .schedule = [](skep_waker* waker) { self(waker).schedule(); },
    };
    ops = &kOps;
}

void Waker::release() {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
        delete this;
}

void Waker::schedule() {
    if (loop_.is_on_thread()) {
        if (target_ != nullptr)
            target_->woken();
        return;
    }
    retain();
    loop_.post_remote([this] {
        if (target_ != nullptr)
            target_->woken();
        release();
    });
}

}  // namespace skep::wasm
