#include "runtime/arriving_body.hpp"

namespace skep::runtime {
namespace {

constexpr std::size_t kAhead = 64 << 10;  // read ahead of the guest while nobody waits for the whole
constexpr std::size_t kKept = 64 << 10;   // of a body, for a second run

}  // namespace

class ArrivingBody::Reader final : public model::BodySource {
public:
    explicit Reader(ArrivingBody& body) : body_(body) {}

    model::BodyStatus poll(Bytes& chunk) override {
        if (body_.waiting_.empty())
            return body_.status_;
        chunk = std::move(body_.waiting_.front());
        body_.waiting_.pop_front();
        body_.waiting_bytes_ -= chunk.size();
        body_.for_pump_.set();
        return model::BodyStatus::ready;
    }
    async::Signal& ready() override { return body_.for_reader_; }
    Error error() const override { return body_.source_->error(); }
    const model::Headers* trailers() const override { return body_.source_->trailers(); }

private:
    ArrivingBody& body_;
};

ArrivingBody::ArrivingBody(async::Loop& loop, std::unique_ptr<model::BodySource> source)
    : source_(std::move(source)), for_reader_(loop), for_turn_(loop), for_pump_(loop), pump_(loop) {
    pump_.spawn(pump());
}

std::unique_ptr<model::BodySource> ArrivingBody::reader() {
    return std::make_unique<Reader>(*this);
}

async::Task<void> ArrivingBody::pump() {
    while (true) {
        while (waiting_bytes_ >= kAhead && !is_wanted_whole_)
            co_await for_pump_.wait();
        Bytes chunk;
        status_ = source_->poll(chunk);
        if (status_ == model::BodyStatus::pending) {
            co_await source_->ready().wait();
            continue;
        }
        if (status_ == model::BodyStatus::ready) {
            status_ = model::BodyStatus::pending;
            add(std::move(chunk));
            continue;
        }
        for_reader_.set();
        for_turn_.set();
        co_return;
    }
}

void ArrivingBody::add(Bytes chunk) {
    if (kept_.size() + chunk.size() > kKept)
        is_past_keeping_ = true;
    if (is_past_keeping_)
        kept_ = std::string();
    else
        kept_.append(chunk.view());
    waiting_bytes_ += chunk.size();
    waiting_.push_back(std::move(chunk));
    for_reader_.set();
}

async::Task<Result<>> ArrivingBody::until_whole() {
    is_wanted_whole_ = true;
    for_pump_.set();
    while (status_ == model::BodyStatus::pending)
        co_await for_turn_.wait();
    if (status_ == model::BodyStatus::failed)
        co_return fail(source_->error());
    co_return Result<>();
}

}  // namespace skep::runtime
