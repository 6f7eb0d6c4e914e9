#pragma once
// Simulation::Client: one client of a simulated store: a handler that does what its seed says, run again where that is
// asked for, and a note of what its client was told.

#include "async/signal.hpp"
#include "store/row_format.hpp"
#include "store/testing/simulation.hpp"

namespace skep::store {

class Simulation::Client {
public:
    explicit Client(Simulation& world);
    ~Client() { cancel(); }

    bool is_over() const { return group_.size() == 0; }
    bool waits() const { return waits_; }
    void go_on();
    // Cuts it off where it stands.
    void cancel();

private:
    enum class Next : std::uint8_t { go_on, stop };
    enum class After : std::uint8_t { over, run_again };

    async::Task<void> live();
    async::Task<After> run_handler(bool is_second_run);
    async::Task<bool> is_admitted(HandlerTransaction& handler);
    async::Task<Next> act(HandlerTransaction& handler);
    async::Task<Next> read(HandlerTransaction& handler, std::int64_t row);
    async::Task<Next> bump(HandlerTransaction& handler, std::int64_t row);
    async::Task<Next> call(HandlerTransaction& handler);
    async::Task<Next> commit(HandlerTransaction& handler);
    async::Task<Next> roll_back(HandlerTransaction& handler);
    async::Task<After> finish(HandlerTransaction& handler, int status);
    async::Task<Result<std::int64_t>> value_of(HandlerTransaction& handler, std::int64_t row);
    async::Task<void> turn_comes();

    void begin_unit();
    Unit& unit() { return world_.told_.units[unit_]; }
    void tell(Told told);
    void tell_failure(const Error& error);
    std::int64_t draw(std::uint64_t below) { return static_cast<std::int64_t>(world_.draw(below)); }

    Simulation& world_;
    std::string key_;
    bool is_late_ = false;
    std::int64_t unit_ = 0;
    bool is_being_decided_ = false;  // whether its unit is kept
    bool waits_ = false;
    async::Signal gate_;
    async::TaskGroup group_;
};

}  // namespace skep::store
