#pragma once
// Simulation: clients of one store in virtual time, in an order drawn from a seed, on a disk that fails and loses
// power.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "async/testing/manual_pool.hpp"
#include "async/testing/test_loop.hpp"
#include "store/service_store.hpp"
#include "store/testing/fake_disk.hpp"
#include "store/testing/history.hpp"

namespace skep::store {

// One run, from a new store to the judgement of every power cut on the way. Repeats exactly.
class Simulation {
public:
    struct Options {
        std::uint64_t seed = 1;
        int clients = 16;  // in all
        int at_once = 3;
        bool disk_fails = false;
        int power_cuts = 0;  // judged before each change on the disk
    };
    explicit Simulation(const Options& options);
    ~Simulation();

    // Runs it to its end. Every violation, with the seed.
    std::vector<std::string> run();

    int power_cuts() const { return judged_; }
    int done() const { return done_; }  // units whose client was told so

private:
    class Client;
    struct PowerCut {
        std::unique_ptr<FakeDisk> disk;
        History told;
    };

    void set_up();
    void step();
    void fail_or_mend_disk();
    void cancel_one();
    void release_one();
    void check_goes_on();
    void judge_all();
    void judge_disk(FakeDisk& disk, const History& told, const std::string& where);
    std::uint64_t draw(std::uint64_t below) { return random_->next() % below; }

    Options options_;
    std::unique_ptr<Random> random_;
    async::TestLoop loop_;
    async::ManualPool statements_;
    async::ManualPool flushes_;
    std::unique_ptr<FakeDisk> disk_ = std::make_unique<FakeDisk>();
    std::unique_ptr<ServiceStore> store_;
    std::shared_ptr<StartLine> line_ = std::make_shared<StartLine>(loop_, 1);
    History told_;
    std::int64_t last_unit_ = 0;
    std::int64_t last_value_ = 0;
    int started_ = 0;
    int judged_ = 0;
    int done_ = 0;
    bool is_failing_ = false;
    std::vector<std::unique_ptr<Client>> clients_;
    std::vector<PowerCut> cuts_;
    std::vector<std::string> wrong_;
};

}  // namespace skep::store
