#include "http/testing/fake_handler.hpp"

namespace skep::http {
namespace {

struct Count {
    explicit Count(std::size_t& value) : count(value) { ++count; }
    ~Count() { --count; }
    std::size_t& count;
};

}  // namespace

async::Task<model::Response> FakeHandler::handle(model::Request request, const ConnectionInfo&) {
    const Count counted(running_);
    seen_.push_back({request.method, request.authority, request.target, request.headers, {}, {}});
    if (answer) {
        auto response = co_await answer(std::move(request));
        co_return response;
    }
    auto response = co_await read_and_answer(std::move(request));
    co_return response;
}

async::Task<model::Response> FakeHandler::read_and_answer(model::Request request) {
    const std::size_t index = seen_.size() - 1;
    const auto body = co_await model::read_all(request.body, 64 * 1024 * 1024);
    if (!body)
        co_return model::problem_response(body.error());
    seen_[index].body = *body;
    if (request.body.is_stream() && request.body.source().trailers() != nullptr)
        seen_[index].trailers = *request.body.source().trailers();
    co_return text_response("ok");
}

model::Response text_response(std::string text, int status) {
    model::Response response;
    response.status = status;
    response.body = model::Body(std::move(text));
    return response;
}

}  // namespace skep::http
