// A run is sorted in part by part, each with a batch, and what is rolled back comes again.
#include "store/detail/executions.hpp"
#include "store/detail/reply_index.hpp"
#include "store/testing/sql_fixture.hpp"

namespace skep::store {
namespace {

constexpr std::int64_t kNow = 1'000;

class ReplyRuns : public SqlFixture {
protected:
    ReplyRuns() { EXPECT_TRUE(Executions::prepare(*writer_)); }

    // A batch of so many records, the next ones; whether it is committed.
    void batch(int records, bool is_committed = true) {
        ASSERT_TRUE(writer_->execute("BEGIN IMMEDIATE"));
        for (int i = 0; i < records; ++i) {
            ++number_;
            index_.add({.lookup = (number_ * 7'919) % 1'000, .number = number_, .expires = kNow + 10});
        }
        index_.sort_in(*writer_, kNow);
        ASSERT_TRUE(writer_->execute(is_committed ? "COMMIT" : "ROLLBACK"));
        index_.end_batch(is_committed);
        if (!is_committed)
            number_ -= records;
    }
    std::string sorted() {
        return shown(writer_->execute("SELECT count(*), coalesce(max(number), 0) FROM _skep_replies_sorted")->rows);
    }
    std::string sorted_to() {
        return shown(writer_->execute("SELECT coalesce(max(number), 0) FROM _skep_replies_sorted_to")->rows);
    }

    ReplyIndex index_{100};
    std::int64_t number_ = 0;
};

TEST_F(ReplyRuns, nothing_is_sorted_in_before_a_run_is_whole) {
    batch(99);
    batch(1);
    EXPECT_EQ(sorted(), "0,0");

    batch(20);

    EXPECT_EQ(sorted().substr(0, 3), "40,");
}

TEST_F(ReplyRuns, each_batch_takes_twice_as_many_as_it_brings_and_some_at_least) {
    batch(100);
    batch(1);
    EXPECT_EQ(sorted().substr(0, 3), "32,");
    batch(30);
    EXPECT_EQ(sorted().substr(0, 3), "92,");
    EXPECT_EQ(sorted_to(), "0");

    batch(1);

    EXPECT_EQ(sorted(), "100,100");
    EXPECT_EQ(sorted_to(), "100");
}

TEST_F(ReplyRuns, what_is_rolled_back_is_sorted_in_again) {
    batch(100);
    batch(1);
    batch(30, false);
    EXPECT_EQ(sorted().substr(0, 3), "32,");
    batch(40, false);
    batch(40);

    EXPECT_EQ(sorted(), "100,100");
}

TEST_F(ReplyRuns, the_last_part_of_a_run_is_sorted_in_again_after_a_rollback) {
    batch(100);
    batch(50, false);
    EXPECT_EQ(sorted(), "0,0");
    EXPECT_EQ(sorted_to(), "0");

    batch(50);

    EXPECT_EQ(sorted(), "100,100");
    EXPECT_EQ(sorted_to(), "100");
}

TEST_F(ReplyRuns, records_of_a_batch_that_is_rolled_back_are_not_known) {
    batch(3);
    batch(2, false);

    EXPECT_EQ(index_.recent(3 * 7'919 % 1'000).size(), 1U);
    EXPECT_EQ(index_.recent(4 * 7'919 % 1'000).size(), 0U);
}

TEST_F(ReplyRuns, records_are_known_until_all_of_their_run_is_in_the_table) {
    batch(100);
    batch(1);
    EXPECT_EQ(index_.recent(7'919 % 1'000), std::vector<std::int64_t>{1});

    batch(60);

    EXPECT_EQ(index_.recent(7'919 % 1'000), std::vector<std::int64_t>());
}

}  // namespace
}  // namespace skep::store
