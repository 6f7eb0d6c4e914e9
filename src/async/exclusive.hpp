#pragma once
// Exclusive: lets one coroutine of a loop at a time into a section; the others wait in their order.

#include "async/loop.hpp"
#include "base/check.hpp"

namespace skep::async {

// Belongs to one loop; outlives its holders and waiters.
class Exclusive {
public:
    explicit Exclusive(Loop& loop) : loop_(loop) {}
    Exclusive(const Exclusive&) = delete;
    Exclusive& operator=(const Exclusive&) = delete;

    // The section, until destroyed. Move-only.
    class Held {
    public:
        explicit Held(Exclusive& section) : section_(&section) {}
        Held(Held&& other) noexcept : section_(std::exchange(other.section_, nullptr)) {}
        Held& operator=(Held&&) = delete;
        ~Held() {
            if (section_ != nullptr)
                section_->leave();
        }

    private:
        Exclusive* section_;
    };

    class Wait final : public ListNode {
    public:
        explicit Wait(Exclusive& section) : section_(section) {}
        ~Wait() {
            // Cancelled after the section was handed over, before it was taken.
            if (given_)
                section_.leave();
        }

        bool await_ready() { return section_.try_enter(); }
        void await_suspend(std::coroutine_handle<> handle) {
            resumption_.set(handle);
            section_.waiting_.push_back(*this);
        }
        Held await_resume() {
            given_ = false;
            return Held(section_);
        }

    private:
        friend class Exclusive;
        Exclusive& section_;
        bool given_ = false;
        Resumption resumption_;
    };

    // const auto held = co_await section.enter();
    Wait enter() { return Wait(*this); }

    bool is_held() const { return is_held_; }

private:
    bool try_enter() { return !std::exchange(is_held_, true); }
    void leave() {
        Wait* next = waiting_.pop_front();
        if (next == nullptr) {
            is_held_ = false;
            return;
        }
        next->given_ = true;
        loop_.post_next(next->resumption_);
    }

    Loop& loop_;
    bool is_held_ = false;
    IntrusiveList<Wait> waiting_;
};

}  // namespace skep::async
