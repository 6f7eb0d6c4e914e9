#include "store/testing/simulation_client.hpp"

namespace skep::store {
namespace {

constexpr std::uint64_t kRows = 3;

std::string params_of(std::initializer_list<Value> values) {
    RowWriter writer;
    writer.begin_params(values.size());
    for (const Value& value : values)
        writer.value(value);
    return std::move(writer).take();
}

}  // namespace

Simulation::Client::Client(Simulation& world) : world_(world), gate_(world.loop_), group_(world.loop_) {
    if (draw(4) == 0)
        key_ = "key-of-an-order-" + std::to_string(draw(3));
    is_late_ = draw(3) == 0;
    group_.spawn(live());
}

void Simulation::Client::go_on() {
    waits_ = false;
    gate_.set();
}

void Simulation::Client::cancel() {
    if (!is_over() && unit_ != 0 && !is_being_decided_)
        tell(Told::rolled_back);
    group_.cancel();
    waits_ = false;
}

async::Task<void> Simulation::Client::turn_comes() {
    waits_ = true;
    co_await gate_.wait();
}

void Simulation::Client::begin_unit() {
    unit_ = ++world_.last_unit_;
    unit().key = key_;
    is_being_decided_ = false;
}

void Simulation::Client::tell(Told told) {
    unit().told = told;
    if (told == Told::done && !key_.empty())
        world_.told_.answered_keys[key_] = true;
    if (told != Told::done || unit().effects > 0)
        unit().seen.clear();
    if (told == Told::done)
        ++world_.done_;
}

void Simulation::Client::tell_failure(const Error& error) {
    tell(error.name() == "outcome_unknown" ? Told::nothing : Told::rolled_back);
}

async::Task<void> Simulation::Client::live() {
    const After after = co_await run_handler(false);
    if (after == After::run_again) {
        const After last = co_await run_handler(true);
        if (last == After::run_again)
            world_.wrong_.push_back("a third run is asked for");
    }
}

async::Task<Simulation::Client::After> Simulation::Client::run_handler(bool is_second_run) {
    begin_unit();
    HandlerOptions options{.batch_alone = draw(10) == 0,
                           .is_second_run = is_second_run,
                           .deadline = world_.loop_.clock().now() + std::chrono::seconds(15),
                           .route = "POST /" + std::to_string(draw(3)),
                           .line = world_.line_};
    options.mode = is_late_ ? model::TransactionMode::late : model::TransactionMode::turn;
    model::CallContext context;
    if (!key_.empty())
        context.execution = model::KeyedExecution{.key = key_};
    const auto handler = world_.store_->start(world_.loop_, options, context);
    co_await turn_comes();
    const bool admitted = co_await is_admitted(*handler);
    if (!admitted)
        co_return After::over;
    Next next = Next::go_on;
    if (!key_.empty())
        next = co_await bump(*handler, 1);
    for (auto acts = draw(4) + 1; acts > 0 && next == Next::go_on; --acts)
        next = co_await act(*handler);
    const int status = next == Next::stop || draw(8) == 0 ? 500 : 200;
    co_return co_await finish(*handler, status);
}

async::Task<bool> Simulation::Client::is_admitted(HandlerTransaction& handler) {
    model::Request request{.method = "POST", .target = "/t", .body = model::Body("the same")};
    Result<std::optional<model::Response>> admitted = co_await handler.admit(request);
    if (!admitted) {
        tell(Told::rolled_back);
        co_return false;
    }
    if (*admitted)
        tell(Told::nothing), world_.told_.answered_keys[key_] = true;
    co_return !*admitted;
}

async::Task<Simulation::Client::Next> Simulation::Client::act(HandlerTransaction& handler) {
    co_await turn_comes();
    const auto row = draw(kRows) + 1;
    const auto what = draw(key_.empty() ? 12 : 10);
    if (what < 5)
        co_return co_await bump(handler, row);
    if (what < 8)
        co_return co_await read(handler, row);
    if (what < 10)
        co_return co_await call(handler);
    if (what < 11)
        co_return co_await commit(handler);
    co_return co_await roll_back(handler);
}

async::Task<Result<std::int64_t>> Simulation::Client::value_of(HandlerTransaction& handler, std::int64_t row) {
    std::string params = params_of({row});
    CO_TRY(const Bytes rows, co_await handler.query("SELECT n FROM t WHERE id = $1", std::move(params)));
    CO_TRY(RowReader reader, RowReader::rows(rows.view()));
    CO_TRY(const Value value, reader.next());
    co_return std::get<std::int64_t>(value);
}

async::Task<Simulation::Client::Next> Simulation::Client::read(HandlerTransaction& handler, std::int64_t row) {
    const Result<std::int64_t> value = co_await value_of(handler, row);
    if (!value)
        co_return Next::stop;
    if (unit().effects == 0)
        unit().seen[row] = *value;
    co_return Next::go_on;
}

async::Task<Simulation::Client::Next> Simulation::Client::bump(HandlerTransaction& handler, std::int64_t row) {
    const Result<std::int64_t> saw = co_await value_of(handler, row);
    if (!saw)
        co_return Next::stop;
    co_await turn_comes();
    const std::int64_t value = ++world_.last_value_;
    std::string params = params_of({value, row});
    const auto updated = co_await handler.execute("UPDATE t SET n = $1 WHERE id = $2", std::move(params));
    if (!updated)
        co_return Next::stop;
    co_await turn_comes();
    params = params_of({unit_, row, *saw, value});
    const auto noted = co_await handler.execute("INSERT INTO effects (unit, row, saw, wrote) VALUES ($1, $2, $3, $4)",
                                                std::move(params));
    if (!noted)
        co_return Next::stop;
    ++unit().effects;
    co_return Next::go_on;
}

// What it has read is shown outside then.
async::Task<Simulation::Client::Next> Simulation::Client::call(HandlerTransaction& handler) {
    const Result<> left = co_await handler.step_out(Wait::call);
    if (!left)
        co_return left.error().name() == "call_inside_transaction" ? Next::go_on : Next::stop;
    const auto seen = std::exchange(unit().seen, {});
    if (!seen.empty())
        world_.told_.units[++world_.last_unit_] = Unit{.told = Told::done, .seen = seen};
    co_return Next::go_on;
}

async::Task<Simulation::Client::Next> Simulation::Client::commit(HandlerTransaction& handler) {
    is_being_decided_ = true;
    const Result<> committed = co_await handler.commit();
    if (!committed) {
        tell_failure(committed.error());
        begin_unit();
        co_return Next::stop;
    }
    tell(Told::done);
    begin_unit();
    co_return Next::go_on;
}

async::Task<Simulation::Client::Next> Simulation::Client::roll_back(HandlerTransaction& handler) {
    const Result<> rolled_back = co_await handler.rollback();
    if (!rolled_back)
        co_return Next::stop;
    tell(Told::rolled_back);
    begin_unit();
    co_return Next::go_on;
}

async::Task<Simulation::Client::After> Simulation::Client::finish(HandlerTransaction& handler, int status) {
    co_await turn_comes();
    is_being_decided_ = status == 200;
    model::Response response{.status = status, .body = model::Body("answer")};
    const Result<Ending> ending = co_await handler.end(&response);
    if (!ending) {
        tell_failure(ending.error());
        co_return After::over;
    }
    const bool is_kept = *ending == Ending::settled && status == 200;
    tell(is_kept ? Told::done : Told::rolled_back);
    co_return *ending == Ending::run_again ? After::run_again : After::over;
}

}  // namespace skep::store
