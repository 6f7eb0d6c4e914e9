#include "cli/http_control_client.hpp"

#include "async/io_thread.hpp"
#include "async/task_group.hpp"
#include "http/client.hpp"

namespace skep::cli {
namespace {

constexpr std::uint64_t kLargestReply = 256ULL << 20;
constexpr std::chrono::seconds kDeadline{35};  // longer than the API gives a call to a service

async::Task<Result<ControlReply>> exchange(http::Client& client, model::Request request, http::ClientOptions options) {
    const std::string address = request.authority;
    auto response = co_await client.send(std::move(request), std::move(options));
    if (!response && response.error().name() == "connect_failed")
        co_return fail("control_unreachable", "no Skep answers at {}", address);
    if (!response)
        co_return pass_on(std::move(response));
    CO_TRY(std::string body, co_await model::read_all(response->body, kLargestReply));
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

    Result<ControlReply> get(const std::string& target) override { return send("GET", target, {}); }
    Result<ControlReply> post(const std::string& target, const std::string& body) override {
        return send("POST", target, body);
    }

private:
    Result<ControlReply> send(std::string_view method, const std::string& target, const std::string& body) {
        model::Request request;
        request.method = std::string(method);
        request.authority = address_.to_string();
        request.target = target;
        request.headers.add("authorization", "Bearer " + token_);
        if (!body.empty()) {
            request.headers.add("content-type", "application/json");
            request.body = model::Body(body);
        }
        async::IoThread thread(*clock_);
        http::Client client(thread.loop(), thread.network(), {});
        http::ClientOptions options{{address_}, clock_->now() + kDeadline};
        Result<ControlReply> result =
            fail("control_unreachable", "the request to {} ended early", address_.to_string());
        async::TaskGroup group(thread.loop());
        group.spawn(exchange_and_stop(thread, exchange(client, std::move(request), std::move(options)), result));
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
