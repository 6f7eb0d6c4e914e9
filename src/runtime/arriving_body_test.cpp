#include "runtime/arriving_body.hpp"

#include <gtest/gtest.h>

#include "async/testing/test_loop.hpp"
#include "model/testing/fake_body.hpp"

namespace skep::runtime {
namespace {

constexpr std::size_t kChunk = 64 << 10;

class ArrivingBodies : public testing::Test {
protected:
    // One whose client sends as fast as it is read.
    struct Arriving {
        Arriving(async::Loop& loop, BodyBudget& budget) : client(loop), body(loop, budget, client.source()) {}

        void send(int chunks) {
            for (int i = 0; i < chunks; ++i)
                client.push(std::string(kChunk, 'x'));
        }

        model::FakeBody client;
        ArrivingBody body;
    };

    // What `body.until_whole` says, as far as it has come.
    struct Waiting {
        Waiting(async::Loop& loop, ArrivingBody& body) : group(loop) { group.spawn(wait(body, result)); }
        static async::Task<void> wait(ArrivingBody& body, std::optional<Result<>>& result) {
            result = co_await body.until_whole();
        }

        std::optional<Result<>> result;
        async::TaskGroup group;
    };

    async::TestLoop loop_;
    BodyBudget budget_{4 * kChunk};
};

TEST_F(ArrivingBodies, are_read_ahead_a_little_while_nobody_waits) {
    Arriving one(loop_, budget_);
    one.send(8);
    loop_.run_ready();

    EXPECT_EQ(one.client.pending(), 7U);
    EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(ArrivingBodies, are_read_whole_for_the_turn_and_then_given_to_the_guest) {
    Arriving one(loop_, budget_);
    one.send(3);
    one.client.end();
    Waiting waiting(loop_, one.body);
    loop_.run_ready();
    ASSERT_TRUE(waiting.result.has_value());
    EXPECT_TRUE(waiting.result->has_value());
    EXPECT_EQ(budget_.used(), kChunk);

    const auto reader = one.body.reader();
    Bytes chunk;
    std::size_t bytes = 0;
    while (reader->poll(chunk) == model::BodyStatus::ready)
        bytes += chunk.size();

    EXPECT_EQ(bytes, 3 * kChunk);
    EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(ArrivingBodies, that_hold_too_much_together_are_refused_and_the_first_is_not) {
    Arriving first(loop_, budget_);
    Arriving second(loop_, budget_);
    Waiting first_waits(loop_, first.body);
    Waiting second_waits(loop_, second.body);
    first.send(5);
    loop_.run_ready();
    second.send(4);
    loop_.run_ready();

    ASSERT_TRUE(second_waits.result.has_value());
    EXPECT_EQ(second_waits.result->error().name(), "bodies_waiting");
    Bytes chunk;
    const auto reader = second.body.reader();
    while (reader->poll(chunk) == model::BodyStatus::ready) {
    }
    EXPECT_EQ(reader->error().name(), "bodies_waiting");
    first.client.end();
    loop_.run_ready();
    EXPECT_TRUE(first_waits.result.value());
}

TEST_F(ArrivingBodies, alone_may_be_of_any_size) {
    Arriving one(loop_, budget_);
    Waiting waiting(loop_, one.body);
    one.send(20);
    one.client.end();
    loop_.run_ready();

    EXPECT_TRUE(waiting.result.value());
}

TEST_F(ArrivingBodies, that_go_leave_their_room_to_others) {
    {
        Arriving one(loop_, budget_);
        Waiting waiting(loop_, one.body);
        one.send(4);
        loop_.run_ready();
        EXPECT_GT(budget_.used(), 0U);
    }
    EXPECT_EQ(budget_.used(), 0U);
}

TEST_F(ArrivingBodies, say_why_their_client_failed) {
    Arriving one(loop_, budget_);
    Waiting waiting(loop_, one.body);
    one.client.cut(error("body_too_large", "too much"));
    loop_.run_ready();

    EXPECT_EQ(waiting.result->error().name(), "body_too_large");
}

}  // namespace
}  // namespace skep::runtime
