#include "async/loop.hpp"

#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "async/testing/test_loop.hpp"

namespace skep::async {
namespace {

using namespace std::chrono_literals;

struct Note final : Runnable {
    Note(std::string& log, char name) : log_(log), name_(name) {}
    void run() override { log_ += name_; }
    std::string& log_;
    char name_;
};

struct Alarm final : Timer {
    Alarm(std::string& log, char name) : log_(log), name_(name) {}
    void expired() override { log_ += name_; }
    std::string& log_;
    char name_;
};

TEST(Loop, runs_posted_work_in_order) {
    TestLoop loop;
    std::string log;
    Note a(log, 'a'), b(log, 'b');

    loop.loop().post(b);
    loop.loop().post(a);
    loop.run_ready();

    EXPECT_EQ(log, "ba");
}

TEST(Loop, runs_one_item_posted_behind_after_all_ready_ones) {
    TestLoop loop;
    std::string log;
    Note a(log, 'a'), b(log, 'b'), slow(log, 's'), slower(log, 't');
    loop.loop().post_behind(slow);
    loop.loop().post_behind(slower);
    loop.loop().post(a);
    loop.loop().post(b);

    loop.loop().turn();

    EXPECT_EQ(log, "abs");
}

// Takes `cost` of the loop's time, and asks for more of it as long as it is given rounds.
struct Work final : Runnable {
    Work(TestLoop& loop, Duration cost, bool is_behind) : loop_(loop), cost_(cost), is_behind_(is_behind) {}
    void post() { is_behind_ ? loop_.loop().post_behind(*this) : loop_.loop().post(*this); }
    void run() override {
        loop_.clock().advance(cost_);
        used += cost_;
        if (comes_back)
            post();
    }

    bool comes_back = true;
    Duration used{};

private:
    TestLoop& loop_;
    Duration cost_;
    bool is_behind_;
};

TEST(Loop, work_posted_behind_has_a_quarter_of_a_busy_thread) {
    TestLoop loop;
    Work quick(loop, 50us, false), slow(loop, 1ms, true);
    quick.post();
    slow.post();

    while (quick.used + slow.used < 1s)
        loop.loop().turn();

    EXPECT_GE(quick.used, 740ms);
    EXPECT_GE(slow.used, 240ms);
}

TEST(Loop, work_posted_behind_has_an_idle_thread_for_itself) {
    TestLoop loop;
    Work slow(loop, 1ms, true), slower(loop, 2ms, true);
    slow.post();
    slower.post();

    for (int turn = 0; turn < 10; ++turn)
        loop.loop().turn();

    EXPECT_EQ(slow.used, 5ms);
    EXPECT_EQ(slower.used, 10ms);
}

TEST(Loop, work_posted_behind_waits_a_moment_for_those_who_come_back_at_once) {
    TestLoop loop;
    Work quick(loop, 500us, false), slow(loop, 1ms, true);
    quick.comes_back = false;
    slow.post();
    loop.loop().turn();
    quick.post();
    loop.loop().turn();
    ASSERT_EQ(slow.used, 1ms);

    loop.clock().advance(90us);
    loop.loop().turn();
    EXPECT_EQ(slow.used, 1ms);
    loop.clock().advance(10us);
    loop.loop().turn();
    EXPECT_EQ(slow.used, 2ms);
}

TEST(Loop, work_posted_behind_waits_no_longer_than_the_others_had) {
    TestLoop loop;
    Work quick(loop, 30us, false), slow(loop, 1ms, true);
    quick.comes_back = false;
    slow.post();
    loop.loop().turn();
    quick.post();
    loop.loop().turn();

    loop.clock().advance(30us);
    loop.loop().turn();

    EXPECT_EQ(slow.used, 2ms);
}

TEST(Loop, work_posted_behind_waits_for_what_other_threads_post) {
    TestLoop loop;
    Work slow(loop, 1ms, true);
    slow.post();
    loop.loop().turn();
    loop.loop().post_remote([&] { loop.clock().advance(500us); });
    loop.loop().turn();
    loop.clock().advance(150us);
    loop.loop().post_remote([&] { loop.clock().advance(500us); });

    loop.loop().turn();

    EXPECT_EQ(slow.used, 1ms);
}

TEST(Loop, work_posted_behind_anew_waits_however_long_ago_the_last_one_ran) {
    TestLoop loop;
    Work quick(loop, 500us, false), slow(loop, 1ms, true);
    slow.comes_back = false;
    slow.post();
    loop.loop().turn();
    loop.clock().advance(1h);
    quick.post();
    slow.post();

    loop.loop().turn();

    EXPECT_EQ(slow.used, 1ms);
}

TEST(Loop, work_posted_behind_has_what_a_trickle_of_others_leaves) {
    TestLoop loop;
    Work quick(loop, 10us, false), slow(loop, 1ms, true);
    quick.comes_back = false;
    slow.post();
    const TimePoint begin = loop.clock().now();

    while (loop.clock().now() - begin < 1s) {
        quick.post();
        loop.loop().turn();
        loop.clock().advance(50us);
    }

    EXPECT_GE(slow.used, 600ms);
    EXPECT_LE(slow.used, 700ms);
}

TEST(Loop, a_thread_that_was_held_up_owes_the_others_little) {
    TestLoop loop;
    Work quick(loop, 1ms, false), slow(loop, 1s, true);
    slow.post();
    loop.loop().turn();
    quick.post();

    for (int turn = 0; turn < 31; ++turn)
        loop.loop().turn();

    EXPECT_EQ(slow.used, 2s);
}

TEST(Loop, forgets_an_item_that_is_destroyed) {
    TestLoop loop;
    std::string log;
    {
        Note gone(log, 'g');
        loop.loop().post(gone);
    }
    loop.run_ready();

    EXPECT_EQ(log, "");
}

TEST(Loop, runs_what_another_thread_posts) {
    TestLoop loop;
    int value = 0;
    std::thread other([&] { loop.loop().post_remote([&] { value = 7; }); });
    other.join();

    loop.run_ready();

    EXPECT_EQ(value, 7);
}

TEST(Loop, timers_fire_in_order_and_never_early) {
    TestLoop loop;
    std::string log;
    Alarm late(log, 'l'), early(log, 'e');
    loop.loop().arm(late, loop.clock().now() + 300ms);
    loop.loop().arm(early, loop.clock().now() + 2500us);

    loop.advance(2400us);
    EXPECT_EQ(log, "");
    loop.advance(1100us);
    EXPECT_EQ(log, "e");
    loop.advance(300ms);
    EXPECT_EQ(log, "el");
}

TEST(Loop, a_disarmed_timer_does_not_fire) {
    TestLoop loop;
    std::string log;
    Alarm alarm(log, 'a');
    loop.loop().arm(alarm, loop.clock().now() + 5ms);

    alarm.disarm();
    loop.advance(10ms);

    EXPECT_EQ(log, "");
}

class WheelDistance : public testing::TestWithParam<std::int64_t> {};

TEST_P(WheelDistance, a_timer_fires_on_its_tick) {
    TestLoop loop;
    std::string log;
    Alarm alarm(log, 'a');
    const auto distance = std::chrono::milliseconds(GetParam());
    loop.advance(77ms);
    loop.loop().arm(alarm, loop.clock().now() + distance);

    loop.advance(distance - 1ms);
    EXPECT_EQ(log, "");
    loop.advance(1ms);
    EXPECT_EQ(log, "a");
}

INSTANTIATE_TEST_SUITE_P(, WheelDistance,
                         testing::Values(1, 2, 178, 179, 180, 255, 256, 257, 65'458, 65'459, 65'536, 70'000, 16'777'216,
                                         20'000'000, 4'294'967'295, 5'000'000'000));

}  // namespace
}  // namespace skep::async
