#include "admin/operation_stream.hpp"

#include <optional>

#include <boost/json/serialize.hpp>

#include "async/task_group.hpp"

namespace skep::admin {
namespace {

namespace json = boost::json;

class OperationBody final : public model::BodySource {
public:
    OperationBody(async::Loop& loop, Operation operation)
        : changed_(loop), running_(loop, [this](std::string_view what) { threw(what); }) {
        running_.spawn(run(std::move(operation)));
    }
    ~OperationBody() override { running_.cancel(); }

    // Once there is something to send, or to fail with.
    async::Task<Result<>> begun() {
        while (!progress_ && !outcome_)
            co_await changed_.wait();
        changed_.set();  // for whoever polls
        if (outcome_ && !*outcome_ && !progress_)
            co_return fail(outcome_->error());
        co_return Result<>();
    }

    model::BodyStatus poll(Bytes& chunk) override {
        if (progress_) {
            chunk = line("progress", *std::exchange(progress_, std::nullopt));
            return model::BodyStatus::ready;
        }
        if (is_ended_)
            return model::BodyStatus::end;
        if (!outcome_)
            return model::BodyStatus::pending;
        is_ended_ = true;
        chunk = *outcome_ ? line("result", **outcome_) : line("error", to_json(outcome_->error()));
        return model::BodyStatus::ready;
    }
    async::Signal& ready() override { return changed_; }
    Error error() const override { return internal("an operation tells its error in its last line"); }

private:
    async::Task<void> run(Operation operation) {
        const auto tell = [this](json::object progress) {
            progress_ = std::move(progress);
            changed_.set();
        };
        outcome_ = co_await operation(tell);
        changed_.set();
    }

    void threw(std::string_view what) {
        outcome_ = fail(internal("the operation threw: {}", what));
        changed_.set();
    }

    static json::object to_json(const Error& error) { return {{"code", error.name()}, {"message", error.message()}}; }

    static Bytes line(std::string_view what, json::object value) {
        return Bytes(json::serialize(json::object{{what, std::move(value)}}) + "\n");
    }

    async::Signal changed_;
    std::optional<json::object> progress_;
    std::optional<Result<json::object>> outcome_;
    bool is_ended_ = false;
    async::TaskGroup running_;
};

}  // namespace

async::Task<Result<model::Response>> run_operation(async::Loop& loop, Operation operation) {
    auto body = std::make_unique<OperationBody>(loop, std::move(operation));
    CO_TRY_DO(co_await body->begun());
    model::Response response;
    response.headers.add("content-type", "application/x-ndjson");
    response.headers.add("cache-control", "no-store");
    response.body = model::Body(std::move(body));
    co_return response;
}

}  // namespace skep::admin
