#include "model/body.hpp"

namespace skep::model {

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
