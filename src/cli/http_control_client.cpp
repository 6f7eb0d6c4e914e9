#include "cli/http_control_client.hpp"

#include "async/io_thread.hpp"
#include "async/task_group.hpp"
#include "http/client.hpp"

namespace skep::cli {
namespace {

constexpr std::uint64_t kLargestReply = 256ULL << 20;
constexpr std::chrono::seconds kDeadline{35};  // longer than the API gives a call to a service

using OnLine = ControlClient::OnLine;

// Gives the whole lines of `text` to `on_line` and leaves the rest in it.
void take_lines(std::string& text, const OnLine& on_line) {
    std::size_t begin = 0;
    for (auto end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
        on_line(std::string_view(text).substr(begin, end - begin));
        begin = end + 1;
    }
    text.erase(0, begin);
}

async::Task<Result<std::string>> read_lines(model::Body& body, const OnLine& on_line) {
    std::string rest;
    while (true) {
        CO_TRY(const Bytes chunk, co_await model::next_chunk(body));
        if (chunk.empty())
            co_return rest;
        rest += chunk.view();
        take_lines(rest, on_line);
    }
}

// `on_line` is nullptr where the body is wanted as a whole.
async::Task<Result<ControlReply>> exchange(http::Client& client, model::Request request, http::ClientOptions options,
                                           const OnLine* on_line) {
    const std::string address = request.authority;
    auto response = co_await client.send(std::move(request), std::move(options));
    if (!response && response.error().name() == "connect_failed")
        co_return fail("control_unreachable", "no Skep answers at {}", address);
    if (!response)
        co_return pass_on(std::move(response));
    std::string body;
    if (on_line != nullptr && response->status < 400) {
        CO_TRY(body, co_await read_lines(response->body, *on_line));
    } else {
        CO_TRY(body, co_await model::read_all(response->body, kLargestReply));
    }
    if (response->status >= 400)
        co_return fail(error_of_reply(response->status, body));
    co_return ControlReply{std::move(response->headers), std::move(body)};
}

async::Task<> exchange_and_stop(async::IoThread& thread, async::Task<Result<ControlReply>> task,
                                Result<ControlReply>& result) {
    result = co_await std::move(task);
    thread.stop();
}

class HttpControlClient final : public ControlClient {
public:
    HttpControlClient(async::SocketAddress address, std::string token, const Clock& clock)
        : address_(address), token_(std::move(token)), clock_(&clock) {}

    Result<ControlReply> get(const std::string& target) override { return send(request_for("GET", target, {})); }
    Result<ControlReply> post(const std::string& target, const std::string& body) override {
        return send(request_for("POST", target, body));
    }
    Result<> post_for_lines(const std::string& target, const std::string& body, const OnLine& on_line) override {
        TRY_DO(send(request_for("POST", target, body), &on_line));
        return {};
    }

private:
    model::Request request_for(std::string_view method, const std::string& target, const std::string& body) const {
        model::Request request;
        request.method = std::string(method);
        request.authority = address_.to_string();
        request.target = target;
        request.headers.add("authorization", "Bearer " + token_);
        if (!body.empty()) {
            request.headers.add("content-type", "application/json");
            request.body = model::Body(body);
        }
        return request;
    }

    Result<ControlReply> send(model::Request request, const OnLine* on_line = nullptr) {
        async::IoThread thread(*clock_);
        http::Client client(thread.loop(), thread.network(), {});
        http::ClientOptions options{{address_}, clock_->now() + kDeadline};
        Result<ControlReply> result =
            fail("control_unreachable", "the request to {} ended early", address_.to_string());
        async::TaskGroup group(thread.loop());
        auto task = exchange(client, std::move(request), std::move(options), on_line);
        group.spawn(exchange_and_stop(thread, std::move(task), result));
        thread.run();
        return result;
    }

    async::SocketAddress address_;
    std::string token_;
    const Clock* clock_;
};

}  // namespace

Result<std::unique_ptr<ControlClient>> connect_over_http(const std::string& address, const std::string& token,
                                                         const Clock& clock) {
    const auto parsed = async::SocketAddress::parse(address);
    if (!parsed)
        return fail("usage", "'{}' is no address of the control API: write IP:PORT", address);
    return std::make_unique<HttpControlClient>(*parsed, token, clock);
}

}  // namespace skep::cli
