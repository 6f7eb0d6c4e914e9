#include "runtime/arriving_body.hpp"

namespace skep::runtime {
namespace {

// Read ahead of the guest while nobody waits for the whole; a chunk more, which is as large at most, is free.
constexpr std::size_t kAhead = BodyBudget::kFree / 2;

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
        disregard(body_.share_.resize(body_.waiting_bytes_));  // less always fits
        body_.for_pump_.set();
        return model::BodyStatus::ready;
    }
    async::Signal& ready() override { return body_.for_reader_; }
    Error error() const override { return body_.failure(); }
    const model::Headers* trailers() const override { return body_.source_->trailers(); }

private:
    ArrivingBody& body_;
};

ArrivingBody::ArrivingBody(async::Loop& loop, BodyBudget& budget, std::unique_ptr<model::BodySource> source)
    : source_(std::move(source)), share_(budget), for_reader_(loop), for_turn_(loop), for_pump_(loop), pump_(loop) {
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
            const Result<> added = add(std::move(chunk));
            if (added)
                continue;
            failure_ = added.error();
            status_ = model::BodyStatus::failed;
        }
        for_reader_.set();
        for_turn_.set();
        co_return;
    }
}

Result<> ArrivingBody::add(Bytes chunk) {
    TRY_DO(share_.resize(waiting_bytes_ + chunk.size()));
    if (kept_.size() + chunk.size() > kKeptBody)
        is_past_keeping_ = true;
    if (is_past_keeping_)
        kept_ = std::string();
    else
        kept_.append(chunk.view());
    waiting_bytes_ += chunk.size();
    waiting_.push_back(std::move(chunk));
    for_reader_.set();
    return {};
}

async::Task<Result<>> ArrivingBody::until_whole() {
    is_wanted_whole_ = true;
    for_pump_.set();
    while (status_ == model::BodyStatus::pending)
        co_await for_turn_.wait();
    if (status_ == model::BodyStatus::failed)
        co_return fail(failure());
    co_return Result<>();
}

}  // namespace skep::runtime
