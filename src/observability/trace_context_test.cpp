#include "observability/trace_context.hpp"

#include <gtest/gtest.h>

namespace skep {
namespace {

constexpr auto kExample = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

TEST(TraceContext, reads_and_writes_traceparent) {
    EXPECT_EQ(TraceContext::parse(kExample).value().to_traceparent(), kExample);
}

TEST(TraceContext, a_child_stays_in_the_trace_with_a_span_of_its_own) {
    const auto random = make_seeded_random(1);
    const TraceContext parent = TraceContext::parse(kExample).value();

    const TraceContext child = parent.child(*random);

    EXPECT_EQ(child.trace_id, parent.trace_id);
    EXPECT_NE(child.span_id, parent.span_id);
}

TEST(TraceContext, reads_a_later_version_by_its_first_fields) {
    EXPECT_TRUE(TraceContext::parse("01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what"));
}

class MalformedTraceparent : public testing::TestWithParam<const char*> {};
TEST_P(MalformedTraceparent, is_refused) {
    EXPECT_FALSE(TraceContext::parse(GetParam()));
}
INSTANTIATE_TEST_SUITE_P(, MalformedTraceparent,
                         testing::Values("", "00", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
                                         "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                         "00-0AF7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-what",
                                         "00-0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331-01",
                                         "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-0g"));

}  // namespace
}  // namespace skep
