// Records of executions are found wherever they stand: in memory, in the table, in both.
#include "store/detail/reply_index.hpp"

#include <array>
#include <set>

#include "store/testing/executions_fixture.hpp"

namespace skep::store {
namespace {

constexpr const char* kSorted = "SELECT count(*) FROM _skep_replies_sorted";
constexpr const char* kSortedInVain =
    "SELECT count(*) FROM _skep_replies_sorted "
    "WHERE (lookup, number) NOT IN (SELECT lookup, number FROM _skep_replies)";

class ReplyIndexTest : public ExecutionsFixture {
protected:
    void sort_in_runs_of(std::size_t run) {
        settings.reply_run = run;
        reopen();
    }

    static model::KeyedExecution key(int number) {
        return {.key = "order-0000-0000-" + std::to_string(10'000 + number)};
    }

    // Executed, answered and recorded.
    void execute(int number) { execute(number, options()); }
    void execute(int number, HandlerOptions with) {
        context.execution = key(number);
        run_once(std::move(with));
    }
    void execute(int first, int end) {
        for (int i = first; i < end; ++i)
            execute(i);
    }
    HandlerOptions kept_for(std::chrono::seconds retention) {
        HandlerOptions options = this->options();
        options.key_retention = retention;
        return options;
    }

    // Executed and recorded, and then undone: it has left a violated foreign key.
    void undo(int number) {
        context.execution = model::NoExecution{};
        auto setup = start();
        write(*setup, "CREATE TABLE child (t_id INTEGER REFERENCES t (id) DEFERRABLE INITIALLY DEFERRED)");
        ASSERT_EQ(end(*setup).value(), Ending::settled);
        context.execution = key(number);
        auto undone = start();
        ASSERT_FALSE(admit(*undone).value());
        write(*undone, "INSERT INTO child VALUES (99)");
        ASSERT_EQ(loop.run(answered(*undone, "made")).error().name(), "constraint");
    }

    bool is_found(int number) {
        context.execution = key(number);
        auto repeated = start();
        return admit(*repeated).value().has_value();
    }
    // Those of [first, end) that are not found.
    std::vector<int> lost(int first, int end) {
        std::vector<int> numbers;
        for (int i = first; i < end; ++i)
            if (!is_found(i))
                numbers.push_back(i);
        return numbers;
    }
};

TEST_F(ReplyIndexTest, every_record_is_found_while_they_are_sorted_in) {
    sort_in_runs_of(100);

    for (int i = 0; i < 320; ++i) {
        execute(i);
        if (i % 20 == 0) {
            EXPECT_EQ(lost(0, i + 1), std::vector<int>()) << i;
        }
    }

    EXPECT_EQ(count(kSorted), 300);
}

TEST_F(ReplyIndexTest, a_restart_in_the_middle_of_a_run_loses_none) {
    for (const int made : {99, 100, 101, 102, 130, 200, 201}) {
        sort_in_runs_of(100);
        const int first = made * 1'000;
        execute(first, first + made);

        reopen();

        EXPECT_EQ(lost(first, first + made), std::vector<int>()) << made;
    }
}

TEST_F(ReplyIndexTest, a_power_cut_in_the_middle_of_a_run_loses_none) {
    sort_in_runs_of(100);
    int made = 0;
    for (const int next : {101, 103, 150, 201, 202, 310}) {
        execute(made, next);
        made = next;

        crash();

        EXPECT_EQ(lost(0, made), std::vector<int>()) << made;
    }
    EXPECT_EQ(count(kSortedInVain), 0);
}

// After a full disk the store stays open, after a disk that failed it is opened anew.
class ReplyIndexFaults : public ReplyIndexTest, public testing::WithParamInterface<const char*> {
protected:
    // The commit of `number` meets the fault at a change of the disk; whether it was recorded all the same.
    bool execute_with_fault(int number, std::uint64_t change) {
        context.execution = key(number);
        auto keyed = start();
        EXPECT_FALSE(admit(*keyed).value());
        write(*keyed, "UPDATE t SET n = n + 1 WHERE id = 1");
        disk->fail_change(change, GetParam());
        const auto ended = loop.run(answered(*keyed, "made"));
        disk->stop_failing();
        loop.advance(std::chrono::seconds(2));  // there is room again
        return ended && *ended == Ending::settled;
    }
};

TEST_P(ReplyIndexFaults, a_batch_that_is_dropped_while_it_sorts_loses_none) {
    for (std::uint64_t change = 0; change < 12; ++change) {
        sort_in_runs_of(40);
        const int first = static_cast<int>(change) * 1'000;
        execute(first, first + 40);

        const bool is_recorded = execute_with_fault(first + 40, change);

        EXPECT_EQ(lost(first, first + 40), std::vector<int>()) << change;
        EXPECT_EQ(is_found(first + 40), is_recorded) << change;
        execute(first + 41, first + 60);
        EXPECT_EQ(lost(first, first + 40), std::vector<int>()) << change;
    }
    EXPECT_EQ(count(kSortedInVain), 0);
}

TEST_P(ReplyIndexFaults, a_number_that_was_rolled_back_and_given_again_is_found_by_its_new_key_only) {
    sort_in_runs_of(2);
    execute(1);
    ASSERT_FALSE(execute_with_fault(2, 0));
    execute(3, 8);

    EXPECT_FALSE(is_found(2));
    EXPECT_TRUE(is_found(1));
    EXPECT_EQ(lost(3, 8), std::vector<int>());
    EXPECT_EQ(count(kSortedInVain), 0);
}

INSTANTIATE_TEST_SUITE_P(Faults, ReplyIndexFaults, testing::Values("disk_failed", "disk_full"),
                         [](const auto& given) { return std::string(given.param); });

TEST_F(ReplyIndexTest, a_record_whose_handler_is_undone_leaves_no_entry) {
    sort_in_runs_of(2);
    execute(1);
    undo(2);

    execute(3, 8);

    EXPECT_FALSE(is_found(2));
    EXPECT_EQ(lost(3, 8), std::vector<int>());
    EXPECT_EQ(count(kSortedInVain), 0);
}

TEST_F(ReplyIndexTest, a_number_that_was_undone_ends_no_run) {
    sort_in_runs_of(2);
    execute(1);
    undo(2);
    context.execution = model::NoExecution{};
    for (int i = 0; i < 3; ++i) {
        auto other = start();
        write(*other, "UPDATE t SET n = n + 1 WHERE id = 1");
        ASSERT_EQ(end(*other).value(), Ending::settled);
    }

    execute(3);
    reopen();

    EXPECT_EQ(lost(3, 4), std::vector<int>());
}

TEST_F(ReplyIndexTest, what_expires_leaves_the_table_too) {
    sort_in_runs_of(1);
    for (int i = 0; i < 8; ++i)
        execute(i, kept_for(std::chrono::seconds(10)));
    EXPECT_GT(count(kSorted), 4);
    loop.advance(std::chrono::seconds(11));

    execute(100, 104);

    EXPECT_EQ(count(kSortedInVain), 0);
    EXPECT_EQ(records(), 4);
}

TEST_F(ReplyIndexTest, what_expires_before_it_is_sorted_in_is_never_there) {
    sort_in_runs_of(10);
    for (int i = 0; i < 10; ++i)
        execute(i, kept_for(std::chrono::seconds(10)));
    loop.advance(std::chrono::seconds(11));

    execute(100, 104);

    EXPECT_EQ(count(kSorted), 0);
    EXPECT_EQ(lost(100, 104), std::vector<int>());
}

TEST_F(ReplyIndexTest, no_number_is_given_twice_although_all_records_expire) {
    sort_in_runs_of(3);
    for (int i = 0; i < 7; ++i)
        execute(i, kept_for(std::chrono::seconds(10)));
    loop.advance(std::chrono::seconds(11));
    for (int i = 0; i < 3; ++i)
        execute(50 + i, kept_for(std::chrono::seconds(10)));
    loop.advance(std::chrono::seconds(11));

    execute(100, 102);
    reopen();

    EXPECT_EQ(lost(100, 102), std::vector<int>());
    EXPECT_EQ(count("SELECT max(number) FROM _skep_replies"), 12);
}

TEST_F(ReplyIndexTest, a_key_that_is_used_again_is_answered_from_its_last_record) {
    for (const std::size_t run : {1, 2, 50}) {
        sort_in_runs_of(run);
        execute(static_cast<int>(run), kept_for(std::chrono::seconds(10)));
        execute(200, 202);
        loop.advance(std::chrono::seconds(11));
        context.execution = key(static_cast<int>(run));
        auto handler = start();
        ASSERT_FALSE(admit(*handler).value());
        ASSERT_EQ(loop.run(answered(*handler, "anew")).value(), Ending::settled);
        handler.reset();

        auto repeated = start();

        EXPECT_EQ(admit(*repeated).value()->body.buffered().view(), "anew") << run;
        loop.advance(std::chrono::hours(25));
    }
}

TEST_F(ReplyIndexTest, a_store_at_its_quota_sorts_nothing_and_finds_all) {
    settings.limits.quota_bytes = 1 << 20;
    sort_in_runs_of(4);
    context.execution = model::NoExecution{};
    auto filling = start();
    write(*filling, "CREATE TABLE large (bytes BLOB)");
    while (write(*filling, "INSERT INTO large VALUES (zeroblob(40000))")) {
    }
    ASSERT_EQ(end(*filling).value(), Ending::settled);
    filling.reset();

    for (int i = 0; i < 30; ++i) {
        context.execution = key(i);
        auto handler = start();
        ASSERT_FALSE(admit(*handler).value());
        ASSERT_EQ(loop.run(answered(*handler, "nothing written")).value(), Ending::settled) << i;
    }

    EXPECT_EQ(lost(0, 30), std::vector<int>());
    EXPECT_EQ(count(kSorted), 0);
    EXPECT_EQ(lost(0, 30), std::vector<int>());
}

// Whatever happens in between, who was answered is answered the same again, until it expires.
TEST_F(ReplyIndexTest, any_course_of_events_loses_no_record) {
    for (std::uint64_t seed = 1; seed <= 12; ++seed) {
        const auto draw = make_seeded_random(seed);
        const auto below = [&](std::uint64_t bound) { return static_cast<int>(draw->next() % bound); };
        const std::array<std::size_t, 4> runs{1, 3, 40, 70};
        sort_in_runs_of(runs.at(seed % runs.size()));
        const int first = static_cast<int>(seed) * 100'000;
        std::set<int> kept;
        for (int step = 0; step < 160; ++step) {
            const int what = below(20);
            if (what == 0) {
                reopen();
            } else if (what == 1) {
                crash(static_cast<Unsynced>(below(3)));
            } else if (what == 2) {
                disk->fail_change(static_cast<std::uint64_t>(below(8)), below(2) == 0 ? "disk_failed" : "disk_full");
            } else if (what == 3) {
                disk->stop_failing();
                loop.advance(std::chrono::seconds(2));
                execute(first + 50'000 + step, kept_for(std::chrono::seconds(1)));
                loop.advance(std::chrono::seconds(2));
            } else {
                context.execution = key(first + step);
                auto handler = start();
                if (!admit(*handler))
                    continue;  // the store has failed
                const auto ended = loop.run(answered(*handler, "made"));
                if (ended && *ended == Ending::settled)
                    kept.insert(first + step);
            }
            if (what == 0 || what == 1 || what == 3) {
                disk->stop_failing();
                loop.advance(std::chrono::seconds(2));  // there is room again
                for (const int number : kept)
                    ASSERT_TRUE(is_found(number)) << "seed " << seed << ", step " << step << ", " << number - first;
            }
        }
        disk->stop_failing();
        EXPECT_EQ(count(kSortedInVain), 0) << "seed " << seed;
    }
}

}  // namespace
}  // namespace skep::store
