#pragma once
// ArrivingBody: a request body that can be read on ahead of the guest.

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "async/task_group.hpp"
#include "model/body.hpp"
#include "runtime/body_budget.hpp"
#include "store/handler_options.hpp"

namespace skep::runtime {

inline constexpr std::size_t kKeptBody = 64 << 10;  // of a request, for a second run

// Between the connection and the guest. A guest that waits for its store's turn cannot read, so that the rest of its
// body would never come: then it is read on into memory, up to the limit that the body has anyway, and what all bodies
// may hold together (`bodies_waiting`). Belongs to one loop.
class ArrivingBody final : public store::RequestArrival {
public:
    // `source` fails where the body exceeds its limit. `budget` outlives it.
    ArrivingBody(async::Loop& loop, BodyBudget& budget, std::unique_ptr<model::BodySource> source);

    // What the guest reads. Made once; may outlive its reading, not this.
    std::unique_ptr<model::BodySource> reader();

    bool is_whole() const override { return status_ == model::BodyStatus::end; }
    async::Task<Result<>> until_whole() override;
    bool is_kept() const override { return is_whole() && !is_past_keeping_; }
    // The whole body, where it is kept.
    const std::string& kept() const { return kept_; }

private:
    class Reader;

    async::Task<void> pump();
    Result<> add(Bytes chunk);
    Error failure() const { return failure_ ? *failure_ : source_->error(); }

    std::unique_ptr<model::BodySource> source_;
    model::BodyStatus status_ = model::BodyStatus::pending;
    std::deque<Bytes> waiting_;
    std::size_t waiting_bytes_ = 0;
    BodyBudget::Share share_;
    std::optional<Error> failure_;  // other than the source's
    bool is_wanted_whole_ = false;
    std::string kept_;
    bool is_past_keeping_ = false;
    async::Signal for_reader_;
    async::Signal for_turn_;
    async::Signal for_pump_;
    async::TaskGroup pump_;
};

}  // namespace skep::runtime
