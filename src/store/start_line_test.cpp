// Who is held back before the start, who starts when, and what that has to do with the queue for the turn.
#include "store/start_line.hpp"

#include <deque>

#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

constexpr const char* kAddOne = "UPDATE t SET n = n + 1 WHERE id = 1";

class StartLineTest : public StoreFixture {
protected:
    using Admission = Later<std::optional<model::Response>>;

    ~StartLineTest() override {
        arrivals.clear();
        comers.clear();
        writes.clear();
        standing.clear();
        holder.reset();
        run_statements();  // they keep the store until they are over
    }

    HandlerOptions in_line() {
        HandlerOptions options = this->options();
        options.transaction_timeout = std::chrono::seconds(60);
        options.line = line;
        return options;
    }

    // One that holds the turn, and as many in the queue for it as may stand there.
    void fill() {
        holder = start(in_line());
        write(*holder, kAddOne);
        for (std::size_t i = 0; i < StartLine::kStanding; ++i)
            stand();
    }
    void stand() {
        standing.push_back(start(in_line()));
        writes.push_back(write_later(*standing.back(), kAddOne));
        run_statements();
    }

    // Not run before the loop's next turn.
    Admission& come(HandlerOptions options) {
        comers.push_back(start(std::move(options)));
        arrivals.push_back(later(comers.back()->admit(request)));
        return arrivals.back();
    }
    Admission& come() { return come(in_line()); }

    std::string started() {
        std::string shown;
        for (Admission& each : arrivals)
            shown += !each.is_done() ? '-' : each.result() ? 's' : 'x';
        return shown;
    }

    // Everybody goes on to the end.
    void finish() {
        std::vector<Later<Ending>> endings;
        endings.push_back(end_later(*holder));
        for (std::size_t i = 0; i < writes.size(); ++i) {
            ASSERT_TRUE(wait_for(writes[i]));
            endings.push_back(end_later(*standing[i]));
        }
        for (Later<Ending>& ending : endings)
            ASSERT_EQ(wait_for(ending).value(), Ending::settled);
    }

    model::Request request;
    std::shared_ptr<StartLine> line = std::make_shared<StartLine>(loop);
    std::unique_ptr<HandlerTransaction> holder;
    std::vector<std::unique_ptr<HandlerTransaction>> standing;
    std::vector<Later<Executed>> writes;
    std::deque<std::unique_ptr<HandlerTransaction>> comers;
    std::deque<Admission> arrivals;
};

TEST_F(StartLineTest, whoever_comes_while_few_stand_at_the_turn_starts_at_once) {
    holder = start(in_line());
    write(*holder, kAddOne);
    for (std::size_t i = 0; i + 1 < StartLine::kStanding; ++i)
        stand();

    EXPECT_TRUE(line->is_open());
    come();
    come();
    loop.loop().turn();
    EXPECT_EQ(started(), "ss");
    finish();
}

TEST_F(StartLineTest, of_those_held_back_each_turn_of_the_loop_lets_one_start_in_their_order) {
    fill();
    for (int i = 0; i < 3; ++i)
        come();
    EXPECT_EQ(started(), "---");

    loop.loop().turn();
    EXPECT_EQ(started(), "s--");
    loop.loop().turn();
    EXPECT_EQ(started(), "ss-");
    loop.loop().turn();
    EXPECT_EQ(started(), "sss");
    finish();
}

TEST_F(StartLineTest, one_that_has_got_the_turn_lets_another_start) {
    fill();
    for (int i = 0; i < 4; ++i)
        come();
    loop.loop().turn();
    holder.reset();  // the first in the queue has the turn

    loop.loop().turn();

    EXPECT_EQ(started(), "sss-");
}

TEST_F(StartLineTest, those_who_come_later_stand_behind) {
    fill();
    for (int i = 0; i < 3; ++i)
        come();
    loop.loop().turn();
    writes.pop_back();
    standing.pop_back();

    EXPECT_FALSE(line->is_open());
    come();
    loop.loop().turn();

    EXPECT_EQ(started(), "sss-");
}

TEST_F(StartLineTest, one_that_is_cancelled_while_it_is_held_back_is_passed_over) {
    fill();
    for (int i = 0; i < 3; ++i)
        come();
    loop.loop().turn();
    arrivals.erase(arrivals.begin() + 1);
    comers.erase(comers.begin() + 1);

    loop.loop().turn();

    EXPECT_EQ(started(), "ss");
    finish();
}

TEST_F(StartLineTest, a_reader_and_a_second_run_are_not_held_back) {
    fill();
    HandlerOptions late = in_line();
    late.mode = model::TransactionMode::late;
    HandlerOptions again = in_line();
    again.is_second_run = true;

    come();
    come(late);
    come(again);
    come();
    loop.loop().turn();

    EXPECT_EQ(started(), "ss--");  // the third has its place in the queue for the turn
}

TEST_F(StartLineTest, those_held_back_count_among_those_who_wait_for_the_turn) {
    settings.turn_queue = StartLine::kStanding + 2;
    reopen();
    fill();

    for (int i = 0; i < 4; ++i)
        come();
    loop.loop().turn();

    EXPECT_EQ(started(), "s-xx");
    EXPECT_EQ(arrivals.back().result().error().name(), "turn_queue_full");
    come();
    run_statements();
    EXPECT_EQ(started(), "ssxxs");
    finish();
}

TEST_F(StartLineTest, the_deadline_of_one_that_is_held_back_ends_its_wait) {
    fill();
    for (int i = 0; i < 3; ++i)
        come();
    loop.loop().turn();

    loop.clock().advance(std::chrono::seconds(16));
    loop.loop().turn();

    EXPECT_EQ(started(), "sxx");
    EXPECT_EQ(arrivals.back().result().error().name(), "request_deadline_exceeded");
    EXPECT_TRUE(line->is_open());
}

TEST_F(StartLineTest, a_wait_before_the_start_is_a_part_of_the_wait_for_the_turn) {
    fill();
    const std::uint64_t before = store->counters().turn_wait_ns;
    come();
    come();
    loop.loop().turn();

    loop.clock().advance(std::chrono::seconds(1));
    loop.loop().turn();

    EXPECT_EQ(started(), "ss");
    EXPECT_GE(store->counters().turn_wait_ns - before, 1'000'000'000U);
    finish();
}

}  // namespace
}  // namespace skep::store
