#pragma once
// BatchFixture: a batch of two, of whom one does what makes SQLite drop all of it.

#include "store/testing/store_fixture.hpp"

namespace skep::store {

// Two handlers of one batch: the first has answered and waits for the flush, the second still works.
class BatchFixture : public StoreFixture {
protected:
    BatchFixture() {
        auto setup = start();
        write(*setup, "CREATE TABLE b (id INTEGER PRIMARY KEY, bytes BLOB)");
        write(*setup, "CREATE TABLE child (t_id INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)");
        EXPECT_EQ(end(*setup).value(), Ending::settled);
    }

    // `mate` adds 1 to n, and ends in the batch that `offender` then holds the turn of. `offender` adds 10.
    void share_a_batch(HandlerOptions of_mate) {
        mate = start(of_mate);
        if (mate_has_called) {
            ASSERT_TRUE(loop.run(mate->step_out(Wait::call)));
        }
        write(*mate, kAddOne);
        HandlerOptions other = options();
        other.route = "POST /offender";
        offender = start(other);
        auto offending = write_later(*offender, "UPDATE t SET n = n + 10 WHERE id = 1");
        run_statements();
        mate_ending.emplace(end_later(*mate));
        run_statements();
        ASSERT_TRUE(offending.is_done());
        ASSERT_TRUE(offending.result());
        ASSERT_FALSE(mate_ending->is_done());
    }

    std::string outcome_of_mate() {
        const Result<Ending> ending = wait_for(*mate_ending);
        if (!ending)
            return std::string(ending.error().name());
        return *ending == Ending::run_again ? "run_again" : "settled";
    }

    // A second run of the mate, which succeeds.
    void run_mate_again() {
        HandlerOptions again = options();
        again.is_second_run = true;
        auto second = start(again);
        model::Request request;
        ASSERT_FALSE(loop.run(second->admit(request)).value());
        ASSERT_TRUE(write(*second, kAddOne));
        ASSERT_EQ(end(*second).value(), Ending::settled);
    }

    // The store takes requests again, and a crash brings nothing back.
    void check_only_mate_is_there() {
        run_mate_again();
        EXPECT_EQ(seen(), 1);
        crash();
        EXPECT_EQ(seen(), 1);
    }

    static constexpr const char* kAddOne = "UPDATE t SET n = n + 1 WHERE id = 1";

    std::unique_ptr<HandlerTransaction> mate;
    std::unique_ptr<HandlerTransaction> offender;
    std::optional<Later<Ending>> mate_ending;
    bool mate_has_called = false;
};

}  // namespace skep::store
