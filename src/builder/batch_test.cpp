#include "builder/batch.hpp"

#include <gmock/gmock.h>

namespace skep::builder {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;

const TimePoint kBegin{std::chrono::hours(1)};

TEST(Batch, is_never_due_while_it_is_empty) {
    Batch batch;
    batch.add({}, kBegin);

    EXPECT_FALSE(batch.due());
}

TEST(Batch, is_due_when_nothing_more_has_come_for_a_while) {
    Batch batch;
    batch.add({"/p/a"}, kBegin);
    batch.add({"/p/b", "/p/a"}, kBegin + milliseconds(20));

    EXPECT_EQ(batch.due(), kBegin + milliseconds(50));
    EXPECT_THAT(batch.paths(), ElementsAre("/p/a", "/p/b"));
    EXPECT_EQ(batch.begin(), kBegin);
}

TEST(Batch, is_due_in_the_end_where_changes_never_cease) {
    Batch batch;
    batch.add({"/p/a"}, kBegin);
    batch.add({"/p/a"}, kBegin + milliseconds(490));

    EXPECT_EQ(batch.due(), kBegin + milliseconds(500));
}

}  // namespace
}  // namespace skep::builder
