#pragma once
// TaskGroup: the owner of background work.

#include <cstddef>
#include <functional>
#include <string_view>

#include "async/loop.hpp"
#include "async/signal.hpp"
#include "async/task.hpp"

namespace skep::async {

// Belongs to one loop. Destroying the group cancels what still runs; that, and `cancel`, must not be done
// by one of its own tasks.
class TaskGroup {
public:
    // `on_exception` is told what a task threw; by default it is printed to stderr.
    explicit TaskGroup(Loop& loop, std::function<void(std::string_view)> on_exception = {});
    TaskGroup(const TaskGroup&) = delete;
    TaskGroup& operator=(const TaskGroup&) = delete;
    ~TaskGroup();

    // Starts `task` in the loop's next turn.
    void spawn(Task<void> task);

    // Destroys every task.
    void cancel();

    // Waits until no task is left. One waiter at a time.
    Task<void> join();

    std::size_t size() const { return size_; }

private:
    class Member;
    void end(Member& member);

    Loop& loop_;
    std::function<void(std::string_view)> on_exception_;
    IntrusiveList<Member> members_;
    std::size_t size_ = 0;
    Signal changed_;
};

}  // namespace skep::async
