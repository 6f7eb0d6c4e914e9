#pragma once
// FakeHandler: answers as a test says and keeps what it was asked.

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "http/server.hpp"

namespace skep::http {

class FakeHandler final : public Handler {
public:
    // A request as the handler saw it.
    struct Seen {
        std::string method;
        std::string authority;
        std::string target;
        model::Headers headers;
        std::string body;  // where the handler read it to its end
        std::optional<model::Headers> trailers;
    };
    using Answer = std::function<async::Task<model::Response>(model::Request)>;

    // Without an `answer`: reads the body, keeps it, and says 200 "ok", or tells why it could not
    // be read.
    Answer answer;
    std::optional<std::uint64_t> body_limit;

    const std::vector<Seen>& seen() const { return seen_; }
    std::size_t running() const { return running_; }

    async::Task<model::Response> handle(model::Request request, const ConnectionInfo& connection) override;
    std::uint64_t request_body_limit(const model::Request&, std::uint64_t usual) const override {
        return body_limit.value_or(usual);
    }

private:
    async::Task<model::Response> read_and_answer(model::Request request);

    std::vector<Seen> seen_;
    std::size_t running_ = 0;
};

// A response with `text` as its body.
model::Response text_response(std::string text, int status = 200);

}  // namespace skep::http
