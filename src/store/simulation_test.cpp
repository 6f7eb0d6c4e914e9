// Clients of one store in every order that a seed can draw, against a serial model, with power cuts on the way.
#include <cstdlib>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "store/testing/simulation.hpp"

namespace skep::store {
namespace {

using ::testing::IsEmpty;

// The first seed of a run; other ones by SKEP_SEED.
std::uint64_t first_seed() {
    const char* given = std::getenv("SKEP_SEED");
    return given == nullptr ? 1 : std::strtoull(given, nullptr, 10);
}

class Simulations : public ::testing::Test {
protected:
    void run(int runs, Simulation::Options options) {
        options.seed = first_seed();
        for (int at = 0; at < runs && wrong.empty(); ++at, ++options.seed) {
            options.at_once = 2 + static_cast<int>((options.seed - 1) % 3);
            Simulation simulation(options);
            wrong = simulation.run();
            power_cuts += simulation.power_cuts();
            done += simulation.done();
        }
    }

    std::vector<std::string> wrong;
    int power_cuts = 0;
    int done = 0;
};

TEST_F(Simulations, no_order_of_handlers_loses_an_update_or_shows_what_is_not_committed) {
    run(100, {.clients = 16});

    EXPECT_THAT(wrong, IsEmpty());
    EXPECT_GE(done, 500);
}

TEST_F(Simulations, no_power_cut_loses_or_halves_or_repeats_a_handler) {
    run(50, {.clients = 20, .power_cuts = 4});

    EXPECT_THAT(wrong, IsEmpty());
    EXPECT_GE(power_cuts, 5'000);
}

TEST_F(Simulations, no_failure_of_the_disk_and_power_cut_after_it_does_either) {
    run(80, {.clients = 16, .disk_fails = true, .power_cuts = 1});

    EXPECT_THAT(wrong, IsEmpty());
    EXPECT_GE(power_cuts, 500);
}

}  // namespace
}  // namespace skep::store
