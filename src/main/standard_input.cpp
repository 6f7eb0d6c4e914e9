#include "main/standard_input.hpp"

#include <cerrno>
#include <optional>
#include <poll.h>
#include <unistd.h>

#include "async/blocking_pool.hpp"
#include "async/task_group.hpp"
#include "base/files.hpp"
#include "base/stop_event.hpp"

namespace skep {
namespace {

constexpr std::size_t kChunk = 16 << 10;

// The next bytes; none at the end, or when it was stopped.
Result<std::string> read_chunk(int descriptor, const StopEvent& stop) {
    pollfd waiting[]{{.fd = descriptor, .events = POLLIN, .revents = 0},
                     {.fd = stop.descriptor(), .events = POLLIN, .revents = 0}};
    while (::poll(waiting, std::size(waiting), -1) < 0 && errno == EINTR) {
    }
    if (waiting[1].revents != 0)
        return std::string();
    std::string chunk(kChunk, '\0');
    const ssize_t count = ::read(descriptor, chunk.data(), chunk.size());
    if (count < 0)
        return fail(file_error("read", "standard input", errno));
    chunk.resize(static_cast<std::size_t>(count));
    return chunk;
}

class InputBody final : public model::BodySource {
public:
    InputBody(async::Loop& loop, int descriptor) : loop_(loop), descriptor_(descriptor), ready_(loop), reading_(loop) {}
    ~InputBody() override {
        stop_.set();
        reading_.cancel();
    }

    model::BodyStatus poll(Bytes& chunk) override {
        if (next_ && !*next_)
            return model::BodyStatus::failed;
        if (next_ && (*next_)->empty())
            return model::BodyStatus::end;
        if (next_) {
            chunk = Bytes(std::move(**next_));
            next_.reset();
            return model::BodyStatus::ready;
        }
        if (!std::exchange(is_reading_, true))
            reading_.spawn(read());
        return model::BodyStatus::pending;
    }
    async::Signal& ready() override { return ready_; }
    Error error() const override { return next_->error(); }

private:
    async::Task<void> read() {
        auto work = [this] { return read_chunk(descriptor_, stop_); };
        next_ = co_await thread_.run(loop_, work);
        is_reading_ = false;
        ready_.set();
    }

    async::Loop& loop_;
    int descriptor_;
    std::optional<Result<std::string>> next_;
    bool is_reading_ = false;
    async::Signal ready_;
    StopEvent stop_;
    async::BlockingPool thread_{1, 1};
    async::TaskGroup reading_;
};

}  // namespace

std::unique_ptr<model::BodySource> make_input_body(async::Loop& loop, int descriptor) {
    return std::make_unique<InputBody>(loop, descriptor);
}

}  // namespace skep
