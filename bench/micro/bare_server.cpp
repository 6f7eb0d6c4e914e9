// skep_bare GUEST PORT: the least that answers HTTP from a guest with Skep's own sockets, parser and engine. What the
// real server costs beyond it is the row `overhead` of bench/hello. It refuses nothing well: not for use.

#include <cstdio>
#include <cstdlib>
#include <span>

#include "async/io_thread.hpp"
#include "async/task_group.hpp"
#include "base/check.hpp"
#include "base/files.hpp"
#include "http/detail/head_writer.hpp"
#include "http/detail/request_head.hpp"
#include "http/detail/timed_wait.hpp"
#include "wasm/guest_task.hpp"

namespace {

using namespace skep;
using namespace skep::http::detail;

class NoHost final : public wasm::GuestHost {
    bool output(wasm::GuestStream, std::string_view) override { return true; }
    async::Task<Result<model::Response>> send(model::Request, std::chrono::nanoseconds) override {
        co_return fail(error("internal", "no outgoing requests"));
    }
};

// One connection, which sends whole requests without bodies.
class Connection {
public:
    Connection(async::Loop& loop, wasm::Pool& pool, async::StreamPtr stream)
        : loop_(loop), pool_(pool), stream_(std::move(stream)) {}

    async::Task<void> run() {
        while (true) {
            const async::IoOutcome read = stream_->read(std::span(space_).subspan(filled_));
            if (read.kind == async::IoOutcome::Kind::done) {
                filled_ += read.bytes;
                if (auto request = parse())
                    co_await answer(*std::move(request));
                continue;
            }
            if (read.kind != async::IoOutcome::Kind::would_block)
                co_return;
            co_await stream_->readable().wait();
        }
    }

private:
    std::optional<model::Request> parse() {
        const std::string_view text(reinterpret_cast<const char*>(space_.data()), filled_);
        HeadScanner scanner;
        const auto scanned = scanner.scan(text, bounds_of(limits_));
        if (!scanned || *scanned == HeadScanner::State::incomplete)
            return std::nullopt;
        auto head = parse_request_head(text.substr(0, scanner.size()), scanner.first_line_size(), limits_);
        CHECK(head.has_value());
        filled_ = 0;
        return std::move(head->request);
    }

    async::Task<void> answer(model::Request request) {
        auto task = wasm::GuestTask::http(pool_, loop_, host_, request, {});
        CHECK(task.has_value());
        (*task)->start();
        while (!(*task)->is_ended())
            co_await (*task)->changed().wait();
        model::Response response = take_response(**task);
        task->reset();              // as Skep does, so that the next one finds its memory warm
        co_await next_turn(loop_);  // as Skep sends: the replies of one turn of the loop together
        write(std::move(response));
    }

    static model::Response take_response(wasm::GuestTask& task) {
        model::Response response = *task.take_head();
        Bytes frame;
        CHECK(task.next_frame(frame) == model::BodyStatus::ready);
        response.body = model::Body(std::move(frame));
        return response;
    }

    void write(model::Response response) {
        const ResponseShape shape{.date = "Thu, 01 Jan 2026 01:00:00 GMT"};
        head_.clear();
        CHECK(write_response_head(response, framing_of(response, shape), shape, head_));
        const Bytes body = response.body.take_buffered();
        const std::array parts{iovec{.iov_base = head_.data(), .iov_len = head_.size()},
                               iovec{.iov_base = const_cast<char*>(body.view().data()), .iov_len = body.size()}};
        stream_->write(parts);
    }

    async::Loop& loop_;
    wasm::Pool& pool_;
    async::StreamPtr stream_;
    NoHost host_;
    http::ServerLimits limits_;
    std::array<std::byte, 4096> space_;
    std::size_t filled_ = 0;
    std::string head_;
};

async::Task<void> serve(async::Loop& loop, wasm::Pool& pool, async::StreamPtr stream) {
    Connection connection(loop, pool, std::move(stream));
    co_await connection.run();
}

async::Task<void> accept_all(async::Loop& loop, wasm::Pool& pool, async::Listener& listener,
                             async::TaskGroup& connections) {
    while (true) {
        auto accepted = co_await listener.accept();
        if (accepted)
            connections.spawn(serve(loop, pool, std::move(*accepted)));
    }
}

Result<> run(const char* guest, const char* port) {
    const SystemClock clock;
    TRY(const auto engine, wasm::Engine::make({}, clock));
    TRY(const auto functions, wasm::HostFunctions::make(*engine));
    TRY(const std::string module, read_file(guest, 64ULL << 20));
    TRY(const auto code, wasm::Code::compile(*engine, module));
    TRY(const auto app, wasm::App::make(*engine, code, *functions, {.max_memory_bytes = 128ULL << 20}));
    TRY(const auto pool, wasm::Pool::make(app));
    TRY(const auto address, async::SocketAddress::parse(std::string("127.0.0.1:") + port));
    async::IoThread thread(clock);
    TRY(const auto listener, thread.network().listen(address, {}));
    async::TaskGroup connections(thread.loop());
    connections.spawn(accept_all(thread.loop(), *pool, *listener, connections));
    thread.run();
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("usage: skep_bare GUEST PORT\n", stderr);
        return 2;
    }
    const auto ran = run(argv[1], argv[2]);
    std::fprintf(stderr, "%s\n", ran ? "stopped" : ran.error().to_string().c_str());
    return ran ? 0 : 1;
}
