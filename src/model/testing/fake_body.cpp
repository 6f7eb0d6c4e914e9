#include "model/testing/fake_body.hpp"

namespace skep::model {

struct FakeBody::State {
    explicit State(async::Loop& loop) : changed(loop) {}

    std::deque<std::string> chunks;
    bool ended = false;
    bool abandoned = false;
    std::optional<Headers> trailers;
    std::optional<Error> error;
    async::Signal changed;
};

class FakeBody::Source final : public BodySource {
public:
    explicit Source(std::shared_ptr<State> state) : state_(std::move(state)) {}
    ~Source() override { state_->abandoned = true; }

    BodyStatus poll(Bytes& chunk) override {
        if (!state_->chunks.empty()) {
            chunk = Bytes(std::move(state_->chunks.front()));
            state_->chunks.pop_front();
            return BodyStatus::ready;
        }
        if (state_->error)
            return BodyStatus::failed;
        return state_->ended ? BodyStatus::end : BodyStatus::pending;
    }
    async::Signal& ready() override { return state_->changed; }
    Error error() const override { return *state_->error; }
    const Headers* trailers() const override { return state_->trailers ? &*state_->trailers : nullptr; }

private:
    std::shared_ptr<State> state_;
};

FakeBody::FakeBody(async::Loop& loop) : state_(std::make_shared<State>(loop)) {}

void FakeBody::push(std::string chunk) {
    state_->chunks.push_back(std::move(chunk));
    state_->changed.set();
}

void FakeBody::end(std::optional<Headers> trailers) {
    state_->trailers = std::move(trailers);
    state_->ended = true;
    state_->changed.set();
}

void FakeBody::cut(Error error) {
    state_->error = std::move(error);
    state_->changed.set();
}

bool FakeBody::is_abandoned() const {
    return state_->abandoned;
}

std::size_t FakeBody::pending() const {
    return state_->chunks.size();
}

std::unique_ptr<BodySource> FakeBody::source() {
    return std::make_unique<Source>(state_);
}

}  // namespace skep::model
