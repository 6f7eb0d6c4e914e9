// A handler whose statement meets the end of memory, at every allocation; and what its mate in the batch is told.
#include <fmt/format.h>

#include "store/testing/batch_fixture.hpp"
#include "store/testing/failing_memory.hpp"

namespace skep::store {
namespace {

using Fails = FailingMemory::Fails;

class NoMemoryTest : public BatchFixture, public testing::WithParamInterface<Fails> {
protected:
    // Whether the statement came so far that allocation number `nth` failed.
    bool fail_at(std::uint64_t nth) {
        SCOPED_TRACE(fmt::format("allocation {}", nth));
        share_a_batch(options());
        const bool has_failed = offend(nth);
        const bool offender_stays = end(*offender).has_value();
        offender.reset();
        const std::string mate_is = outcome_of_mate();
        if (mate_is == "run_again")
            run_mate_again();
        else
            EXPECT_EQ(mate_is, "settled");
        EXPECT_EQ(offender_stays, mate_is == "settled");
        expected_ += offender_stays ? 11 : 1;
        EXPECT_EQ(seen(), expected_);
        mate.reset();
        loop.advance(std::chrono::minutes(2));  // the offender's route shares batches again
        return has_failed;
    }

    // The number of allocations of `statement`.
    std::uint64_t fail_everywhere(const char* statement) {
        sql_ = statement;
        std::uint64_t nth = 0;
        while (fail_at(nth))
            ++nth;
        return nth;
    }

    std::int64_t expected() const { return expected_; }

private:
    // In a text that is new, and so prepared anew.
    bool offend(std::uint64_t nth) {
        const FailingMemory memory(nth, GetParam());
        const Result<Executed> done = write(*offender, fmt::format("{} -- {}", sql_, nth));
        EXPECT_TRUE(done || memory.has_failed());
        if (!done)
            EXPECT_EQ(done.error().name(), "resource_exhausted");
        return memory.has_failed();
    }

    const char* sql_ = nullptr;
    std::int64_t expected_ = 0;
};

TEST_P(NoMemoryTest, mates_of_a_statement_that_changes_one_row_are_safe_to_retry) {
    EXPECT_GT(fail_everywhere("INSERT INTO b (bytes) VALUES (zeroblob(90000))"), 20U);

    if (GetParam() == Fails::from_then_on)  // one alone SQLite does without, or is told of before it has begun
        EXPECT_GT(store->counters().dropped_batches.load(), 0U);
    crash();
    EXPECT_EQ(seen(), expected());
}

// SQLite can undo it alone, where it has the memory for that.
TEST_P(NoMemoryTest, mates_of_a_statement_that_changes_many_rows_are_safe_to_retry) {
    EXPECT_GT(fail_everywhere("INSERT INTO b (bytes) SELECT zeroblob(9000) FROM (VALUES (1), (2), (3)) ORDER BY 1"),
              20U);

    crash();
    EXPECT_EQ(seen(), expected());
}

INSTANTIATE_TEST_SUITE_P(Memory, NoMemoryTest, testing::Values(Fails::once, Fails::from_then_on),
                         [](const auto& given) { return given.param == Fails::once ? "once" : "from_then_on"; });

}  // namespace
}  // namespace skep::store
