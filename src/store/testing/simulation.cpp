#include "store/testing/simulation.hpp"

#include <algorithm>

#include "base/check.hpp"
#include "store/detail/files/store_files.hpp"
#include "store/detail/sql/statement_history.hpp"
#include "store/testing/simulation_client.hpp"

namespace skep::store {
namespace {

StoreSettings settings() {
    StoreSettings settings{.folder = "/data/simulated", .service = model::ServiceName("simulated")};
    settings.limits.ddl = true;
    // Small, so that checkpoints and resets of the WAL are part of every run.
    settings.checkpoint_bytes = 64 << 10;
    settings.wal_reset_bytes = 128 << 10;
    settings.readers = 2;
    settings.reply_run = 2;
    return settings;
}

Result<std::vector<std::vector<std::int64_t>>> rows_of(Connection& connection, const char* sql) {
    TRY(const StatementResult result, connection.execute(sql));
    TRY(RowReader reader, RowReader::rows(result.rows.view()));
    std::vector<std::vector<std::int64_t>> rows;
    while (!reader.at_end()) {
        rows.emplace_back();
        while (rows.back().size() < reader.count()) {
            TRY(const Value value, reader.next());
            rows.back().push_back(std::get<std::int64_t>(value));
        }
    }
    return rows;
}

Result<Holds> content_of(Disk& disk, const Clock& clock) {
    StatementHistory history;
    TRY(const auto files, StoreFiles::open(disk, clock, settings().folder));
    TRY(const auto connection, Connection::open(*files, Role::writer, settings().limits, history, clock));
    Holds holds;
    TRY(const auto effects, rows_of(*connection, "SELECT unit, row, saw, wrote FROM effects ORDER BY id"));
    for (const auto& each : effects)
        holds.effects.push_back({each[0], each[1], each[2], each[3]});
    TRY(const auto rows, rows_of(*connection, "SELECT id, n FROM t"));
    for (const auto& each : rows)
        holds.rows[each[0]] = each[1];
    return holds;
}

async::Task<Result<>> make_tables(HandlerTransaction& handler) {
    const char* const statements[] = {
        "CREATE TABLE t (id INTEGER PRIMARY KEY, n INTEGER NOT NULL)",
        "CREATE TABLE effects (id INTEGER PRIMARY KEY, unit INTEGER, row INTEGER, saw INTEGER, wrote INTEGER)",
        "INSERT INTO t VALUES (1, 0), (2, 0), (3, 0)"};
    for (const char* sql : statements)
        CO_TRY_DO(co_await handler.execute(sql, ""));
    model::Response response;
    CO_TRY_DO(co_await handler.end(&response));
    co_return Result<>();
}

async::Task<Result<>> write_once(HandlerTransaction& handler) {
    CO_TRY_DO(co_await handler.execute("UPDATE t SET n = n", ""));
    model::Response response;
    CO_TRY_DO(co_await handler.end(&response));
    co_return Result<>();
}

}  // namespace

Simulation::Simulation(const Options& options) : options_(options), random_(make_seeded_random(options.seed)) {
    loop_.when_idle([this] { return statements_.run_one() || flushes_.run_one(); });
    set_up();
    disk_->before_each_change([this] {
        for (int cut = 0; cut < options_.power_cuts; ++cut) {
            const auto unsynced = static_cast<Unsynced>(draw(3));
            cuts_.push_back({disk_->after_power_cut(unsynced, *random_), told_});
        }
    });
}

Simulation::~Simulation() {
    disk_->before_each_change({});
}

void Simulation::set_up() {
    store_ = std::make_unique<ServiceStore>(StorePorts{*disk_, loop_.clock(), statements_, flushes_}, settings());
    const auto handler = store_->start(loop_, {.deadline = TimePoint::max()}, {});
    const Result<> made = loop_.run(make_tables(*handler));
    CHECK(made);
}

std::vector<std::string> Simulation::run() {
    while (started_ < options_.clients || !clients_.empty()) {
        step();
        loop_.run_ready();
        std::erase_if(clients_, [](const auto& client) { return client->is_over(); });
    }
    check_goes_on();
    judge_all();
    return std::move(wrong_);
}

void Simulation::step() {
    if (started_ < options_.clients && static_cast<int>(clients_.size()) < options_.at_once) {
        clients_.push_back(std::make_unique<Client>(*this));
        ++started_;
        return;
    }
    const auto what = draw(200);
    if (what < 100)
        release_one();
    else if (what < 150)
        statements_.run_one();
    else if (what < 180)
        flushes_.run_one();
    else if (what < 190)
        loop_.advance(std::chrono::milliseconds(draw(3)));
    else if (what < 194)
        loop_.advance(std::chrono::milliseconds(40));
    else if (what < 197)
        cancel_one();
    else
        fail_or_mend_disk();
}

void Simulation::release_one() {
    const auto waits = std::ranges::count_if(clients_, [](const auto& client) { return client->waits(); });
    if (waits == 0)
        return;
    auto nth = draw(static_cast<std::uint64_t>(waits));
    for (const auto& client : clients_) {
        if (client->waits() && nth-- == 0) {
            client->go_on();
            return;
        }
    }
}

void Simulation::cancel_one() {
    if (!clients_.empty())
        clients_[draw(clients_.size())]->cancel();
}

void Simulation::fail_or_mend_disk() {
    if (!options_.disk_fails)
        return;
    if (std::exchange(is_failing_, !is_failing_)) {
        disk_->stop_failing();
        return;
    }
    const auto fails = draw(3) == 0 ? FakeDisk::Fails::for_good : FakeDisk::Fails::once;
    disk_->fail_change(draw(12), draw(2) == 0 ? "disk_failed" : "disk_full", fails);
}

// The store takes requests again, whatever has happened to it.
void Simulation::check_goes_on() {
    disk_->stop_failing();
    loop_.advance(std::chrono::seconds(2));
    while (statements_.run_one() || flushes_.run_one())
        loop_.run_ready();
    loop_.advance(std::chrono::seconds(2));
    const auto handler = store_->start(loop_, {.deadline = loop_.clock().now() + std::chrono::seconds(15)}, {});
    const Result<> written = loop_.run(write_once(*handler));
    if (!written)
        wrong_.push_back(fmt::format("seed {}: does not go on: {}", options_.seed, written.error().to_string()));
}

void Simulation::judge_all() {
    disk_->before_each_change({});
    for (std::size_t at = 0; at < cuts_.size(); ++at)
        judge_disk(*cuts_[at].disk, cuts_[at].told, fmt::format("power cut {}", at));
    judged_ = static_cast<int>(cuts_.size());
    cuts_.clear();
    const auto left = disk_->after_power_cut(Unsynced::lost, *random_);
    judge_disk(*left, told_, "the end");
}

void Simulation::judge_disk(FakeDisk& disk, const History& told, const std::string& where) {
    const Result<Holds> holds = content_of(disk, loop_.clock());
    if (!holds) {
        wrong_.push_back(fmt::format("seed {}, {}: {}", options_.seed, where, holds.error().to_string()));
        return;
    }
    for (const std::string& each : judge(told, *holds))
        wrong_.push_back(fmt::format("seed {}, {}: {}", options_.seed, where, each));
}

}  // namespace skep::store
