#include "model/body.hpp"

#include <gtest/gtest.h>

#include "async/testing/test_loop.hpp"
#include "model/testing/fake_body.hpp"

namespace skep::model {
namespace {

TEST(Body, a_buffered_one_is_a_single_chunk) {
    async::TestLoop loop;
    Body body(std::string("hello"));

    EXPECT_EQ(body.length(), 5U);
    EXPECT_EQ(loop.run(read_all(body, 100)).value(), "hello");
}

TEST(Body, a_stream_is_read_to_its_end) {
    async::TestLoop loop;
    FakeBody sender(loop);
    Body body(sender.source());
    sender.push("a");
    sender.push("bc");
    sender.end();

    EXPECT_EQ(loop.run(read_all(body, 100)).value(), "abc");
}

TEST(Body, a_prefix_comes_before_the_rest) {
    async::TestLoop loop;
    FakeBody sender(loop);
    sender.push("cd");
    sender.end();
    Body body(prefixed(Bytes::copy_of("ab"), sender.source()));

    EXPECT_EQ(loop.run(read_all(body, 100)).value(), "abcd");
}

TEST(Body, a_limited_source_fails_past_its_limit) {
    async::TestLoop loop;
    FakeBody sender(loop);
    sender.push("abc");
    sender.push("d");
    bool exceeded = false;
    Body body(limited(sender.source(), 3, &exceeded));

    EXPECT_EQ(loop.run(next_chunk(body)).value().view(), "abc");
    EXPECT_EQ(loop.run(next_chunk(body)).error().name(), "body_too_large");
    EXPECT_TRUE(exceeded);
}

TEST(Body, reading_stops_at_the_limit) {
    async::TestLoop loop;
    FakeBody sender(loop);
    Body body(sender.source());
    sender.push("abcd");

    EXPECT_EQ(loop.run(read_all(body, 3)).error().name(), "body_too_large");
}

TEST(Body, a_cut_stream_gives_its_error) {
    async::TestLoop loop;
    FakeBody sender(loop);
    Body body(sender.source());
    sender.push("a");
    sender.cut(error("upstream_closed", "gone"));

    EXPECT_EQ(loop.run(read_all(body, 100)).error().name(), "upstream_closed");
}

}  // namespace
}  // namespace skep::model
