#pragma once
// A body that a test feeds chunk by chunk.

#include <deque>
#include <memory>
#include <optional>
#include <string>

#include "model/body.hpp"

namespace skep::model {

// The sender's end outlives the source or not, as the test likes.
class FakeBody {
public:
    explicit FakeBody(async::Loop& loop);

    void push(std::string chunk);
    void end(std::optional<Headers> trailers = std::nullopt);
    void cut(Error error);

    // Whether the reader has destroyed its end.
    bool is_abandoned() const;
    // How many chunks wait to be taken.
    std::size_t pending() const;

    // The reader's end; called once.
    std::unique_ptr<BodySource> source();

private:
    struct State;
    class Source;
    std::shared_ptr<State> state_;
};

}  // namespace skep::model
