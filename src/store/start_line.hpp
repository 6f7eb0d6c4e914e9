#pragma once
// StartLine: the handlers of one store on one io thread that are about to start while others stand at the turn.

#include <cstddef>

#include "async/intrusive_list.hpp"
#include "async/loop.hpp"
#include "async/signal.hpp"
#include "async/task.hpp"
#include "base/result.hpp"

namespace skep::store {

// A handler that waits for the turn stands with all that it has begun: an instance, its stacks, its memory. The more of
// them stand, the less of each is left in the processor's caches when its turn comes. So beyond a few the next ones
// are held back before they start. One is let start for each that has got the turn, and one whenever the loop has
// nothing else to do, or had its share.
//
// Belongs to one loop.
class StartLine final : async::Runnable {
public:
    static constexpr std::size_t kStanding = 4;

    explicit StartLine(async::Loop& loop, std::size_t most_standing = kStanding)
        : loop_(loop), most_standing_(most_standing) {}

    bool is_open() const { return standing_ < most_standing_ && held_back_.empty(); }

    // Until the caller may start, in the order in which they came.
    async::Task<Result<>> until_started();

    // Somebody stands at the turn as long as this is there.
    class Standing {
    public:
        explicit Standing(StartLine* line) : line_(line) {
            if (line_ != nullptr)
                ++line_->standing_;
        }
        Standing(const Standing&) = delete;
        Standing& operator=(const Standing&) = delete;
        ~Standing() {
            if (line_ != nullptr)
                line_->leave();
        }

    private:
        StartLine* line_;
    };

private:
    struct HeldBack : async::ListNode {
        explicit HeldBack(async::Loop& loop) : may_start(loop) {}
        async::Signal may_start;
    };

    void run() override;
    void leave();
    void start_next();

    async::Loop& loop_;
    std::size_t most_standing_;
    std::size_t standing_ = 0;
    async::IntrusiveList<HeldBack> held_back_;
};

}  // namespace skep::store
