#include "runtime/quantum_use.hpp"

#include <gtest/gtest.h>

namespace skep::runtime {
namespace {

void note(QuantumUse& use, bool all, int times) {
    for (int i = 0; i < times; ++i)
        use.note(all);
}

TEST(QuantumUse, is_not_usual_at_first) {
    EXPECT_FALSE(QuantumUse().is_usual());
}

TEST(QuantumUse, one_long_run_among_quick_ones_is_not_usual) {
    QuantumUse use;
    for (int i = 0; i < 100; ++i) {
        note(use, false, 2);
        note(use, true, 1);
        ASSERT_FALSE(use.is_usual()) << i;
    }
}

TEST(QuantumUse, is_usual_once_most_runs_are_long) {
    QuantumUse use;
    note(use, true, 5);
    EXPECT_FALSE(use.is_usual());

    note(use, true, 1);

    EXPECT_TRUE(use.is_usual());
}

TEST(QuantumUse, is_forgotten_after_some_quick_runs) {
    QuantumUse use;
    note(use, true, 1'000);

    note(use, false, 6);

    EXPECT_FALSE(use.is_usual());
}

}  // namespace
}  // namespace skep::runtime
