#include "async/task_group.hpp"

#include <cstdio>
#include <memory>

namespace skep::async {

// One task with the frame that drives it. Stands in the group's list, and, as a Runnable of its own, in the
// loop's queue: to start, and to be removed once it has ended.
class TaskGroup::Member final : public ListNode {
public:
    Member(TaskGroup& group, Task<void> task) : group_(group), step_(*this), driver_(drive(*this, std::move(task))) {
        group_.loop_.post_next(step_);
    }

private:
    struct Step final : Runnable {
        explicit Step(Member& member) : member_(member) {}
        void run() override { member_.step(); }
        Member& member_;
    };

    static Task<void> drive(Member& member, Task<void> task) {
        try {
            co_await task;
        } catch (const std::exception& thrown) {
            member.group_.on_exception_(thrown.what());
        } catch (...) {
            member.group_.on_exception_("unknown exception");
        }
        member.ended_ = true;
        member.group_.loop_.post_next(member.step_);
    }

    void step() {
        if (ended_)
            group_.end(*this);  // destroys this
        else
            driver_.await_suspend(std::noop_coroutine()).resume();
    }

    TaskGroup& group_;
    Step step_;
    bool ended_ = false;
    Task<void> driver_;
};

TaskGroup::TaskGroup(Loop& loop, std::function<void(std::string_view)> on_exception)
    : loop_(loop), on_exception_(std::move(on_exception)), changed_(loop) {
    if (!on_exception_) {
        on_exception_ = [](std::string_view what) {
            std::fprintf(stderr, "skep: a background task failed: %.*s\n", static_cast<int>(what.size()), what.data());
        };
    }
}

TaskGroup::~TaskGroup() {
    cancel();
}

void TaskGroup::spawn(Task<void> task) {
    auto member = std::make_unique<Member>(*this, std::move(task));
    members_.push_back(*member.release());
    ++size_;
}

void TaskGroup::end(Member& member) {
    member.unlink();
    delete &member;
    --size_;
    changed_.set();
}

void TaskGroup::cancel() {
    while (Member* member = members_.pop_front()) {
        delete member;
        --size_;
    }
    changed_.set();
}

Task<void> TaskGroup::join() {
    while (size_ > 0)
        co_await changed_.wait();
}

}  // namespace skep::async
