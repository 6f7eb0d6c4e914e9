// The cost of HTTP itself, in ns: reading a small GET and writing its answer; the same through a
// session.

#include <algorithm>
#include <sys/resource.h>

#include <fmt/core.h>

#include "async/testing/fake_network.hpp"
#include "base/check.hpp"
#include "base/clock.hpp"
#include "http/detail/head_writer.hpp"
#include "http/detail/request_head.hpp"
#include "http/server.hpp"

namespace {

using namespace skep;
using namespace skep::http;
using namespace skep::http::detail;

constexpr int kRuns = 200'000;
constexpr std::string_view kRequest =
    "GET /products/42?currency=EUR HTTP/1.1\r\n"
    "Host: shop.example.com\r\n"
    "User-Agent: wrk/4.1.0\r\n"
    "Accept: application/json\r\n"
    "Accept-Encoding: gzip, br\r\n"
    "X-Request-Id: 5f1c0a7e\r\n\r\n";

// CPU time, because machines are shared.
double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           static_cast<double>(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
}

template <typename Work>
void measure(std::string_view name, Work work) {
    double best = 1e9;
    for (int round = 0; round < 5; ++round) {
        const double start = cpu_seconds();
        for (int i = 0; i < kRuns; ++i)
            work();
        best = std::min(best, cpu_seconds() - start);
    }
    fmt::print("{:<40} {:>8.0f} ns\n", name, best * 1e9 / kRuns);
}

model::Response answer() {
    model::Response response;
    response.headers.add("content-type", "application/json");
    response.body = model::Body(Bytes::literal(R"({"id":42,"name":"lamp","price":1999})"));
    return response;
}

void read_only() {
    const ServerLimits limits;
    HeadScanner scanner;
    CHECK(scanner.scan(kRequest, bounds_of(limits)));
    const auto head = parse_request_head(kRequest, scanner.first_line_size(), limits);
    CHECK(head && head->request.headers.size() == 4);
}

void read_and_write(std::string& out) {
    read_only();
    const model::Response response = answer();
    const ResponseShape shape{.date = "Thu, 01 Jan 2026 01:00:00 GMT"};
    out.clear();
    CHECK(write_response_head(response, framing_of(response, shape), shape, out));
}

class Answerer final : public Handler {
    async::Task<model::Response> handle(model::Request, const ConnectionInfo&) override { co_return answer(); }
};

// One request and its answer over a stream in memory, with session, handler, timers and signals.
class Exchange {
public:
    Exchange() : server_(loop_, network_.listen(address_, {}).value(), handler_, {}) {
        server_.start();
        loop_.turn();
        connect_ = network_.connect(address_);
        connect_.await_suspend(std::noop_coroutine()).resume();
        stream_ = connect_.await_resume().value();
    }
    void run() {
        const iovec part{.iov_base = const_cast<char*>(kRequest.data()), .iov_len = kRequest.size()};
        stream_->write(std::span(&part, 1));
        async::IoOutcome outcome{.kind = async::IoOutcome::Kind::would_block};
        while (outcome.kind == async::IoOutcome::Kind::would_block) {
            loop_.turn();
            outcome = stream_->read(space_);
        }
    }

private:
    SystemClock clock_;
    async::Loop loop_{clock_};
    async::FakeNetwork network_{loop_};
    async::SocketAddress address_ = async::SocketAddress::parse("127.0.0.1:1").value();
    Answerer handler_;
    Server server_;
    async::Task<Result<async::StreamPtr>> connect_;
    async::StreamPtr stream_;
    std::array<std::byte, 4096> space_;
};

}  // namespace

int main() {
    std::string out;
    measure("read a GET", read_only);
    measure("read a GET, write the answer's head", [&] { read_and_write(out); });
    Exchange exchange;
    measure("a whole exchange in memory", [&] { exchange.run(); });
}
