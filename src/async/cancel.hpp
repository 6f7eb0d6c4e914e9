#pragma once
// CancelSource: tells any number of listeners on one loop, once, that their work is no longer wanted.

#include "async/loop.hpp"

namespace skep::async {

// Told in the loop's next turn after `CancelSource::cancel`. Withdraws by being destroyed.
class CancelListener : public Runnable {
private:
    friend class CancelSource;
    void run() final { cancelled(); }
    virtual void cancelled() = 0;
};

class CancelSource {
public:
    explicit CancelSource(Loop& loop) : loop_(loop) {}

    bool is_cancelled() const { return cancelled_; }

    void cancel() {
        cancelled_ = true;
        while (CancelListener* listener = listeners_.pop_front())
            loop_.post(*listener);
    }

    // Tells `listener` at the next cancel; at once (in the next turn) where that has happened.
    void listen(CancelListener& listener) {
        if (cancelled_)
            loop_.post(listener);
        else
            listeners_.push_back(listener);
    }

private:
    Loop& loop_;
    bool cancelled_ = false;
    IntrusiveList<CancelListener> listeners_;
};

}  // namespace skep::async
