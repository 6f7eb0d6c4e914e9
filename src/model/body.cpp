#include "model/body.hpp"

namespace skep::model {
namespace {

class PrefixedSource final : public BodySource {
public:
    PrefixedSource(Bytes first, std::unique_ptr<BodySource> rest) : first_(std::move(first)), rest_(std::move(rest)) {}

    BodyStatus poll(Bytes& chunk) override {
        if (first_.empty())
            return rest_->poll(chunk);
        chunk = std::move(first_);
        return BodyStatus::ready;
    }
    async::Signal& ready() override { return rest_->ready(); }
    Error error() const override { return rest_->error(); }
    const Headers* trailers() const override { return rest_->trailers(); }

private:
    Bytes first_;
    std::unique_ptr<BodySource> rest_;
};

class LimitedSource final : public BodySource {
public:
    LimitedSource(std::unique_ptr<BodySource> rest, std::uint64_t limit, bool* exceeded)
        : rest_(std::move(rest)), limit_(limit), left_(limit), exceeded_(exceeded) {}

    BodyStatus poll(Bytes& chunk) override {
        if (is_exceeded_)
            return BodyStatus::failed;
        const BodyStatus status = rest_->poll(chunk);
        if (status != BodyStatus::ready)
            return status;
        if (chunk.size() <= left_) {
            left_ -= chunk.size();
            return status;
        }
        is_exceeded_ = true;
        if (exceeded_ != nullptr)
            *exceeded_ = true;
        return BodyStatus::failed;
    }
    async::Signal& ready() override { return rest_->ready(); }
    Error error() const override {
        return is_exceeded_ ? skep::error("body_too_large", "the body exceeds {} bytes", limit_) : rest_->error();
    }
    const Headers* trailers() const override { return rest_->trailers(); }

private:
    std::unique_ptr<BodySource> rest_;
    std::uint64_t limit_;
    std::uint64_t left_;
    bool* exceeded_;
    bool is_exceeded_ = false;
};

}  // namespace

std::unique_ptr<BodySource> limited(std::unique_ptr<BodySource> rest, std::uint64_t limit, bool* exceeded) {
    return std::make_unique<LimitedSource>(std::move(rest), limit, exceeded);
}

std::unique_ptr<BodySource> prefixed(Bytes first, std::unique_ptr<BodySource> rest) {
    return std::make_unique<PrefixedSource>(std::move(first), std::move(rest));
}

BodyStatus Body::poll(Bytes& chunk) {
    if (source_)
        return source_->poll(chunk);
    if (buffered_.empty())
        return BodyStatus::end;
    chunk = std::move(buffered_);
    return BodyStatus::ready;
}

async::Task<Result<Bytes>> next_chunk(Body& body) {
    while (true) {
        Bytes chunk;
        switch (body.poll(chunk)) {
            case BodyStatus::ready:
                co_return chunk;
            case BodyStatus::end:
                co_return Bytes();
            case BodyStatus::failed:
                co_return fail(body.source().error());
            case BodyStatus::pending:
                co_await body.source().ready().wait();
        }
    }
}

async::Task<Result<std::string>> read_all(Body& body, std::uint64_t limit) {
    std::string text;
    while (true) {
        CO_TRY(const Bytes chunk, co_await next_chunk(body));
        if (chunk.empty())
            co_return text;
        if (text.size() + chunk.size() > limit)
            co_return fail("body_too_large", "the body exceeds {} bytes", limit);
        text.append(chunk.view());
    }
}

}  // namespace skep::model
