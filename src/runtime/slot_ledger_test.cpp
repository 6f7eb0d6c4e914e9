#include "runtime/slot_ledger.hpp"

#include <gtest/gtest.h>

namespace skep::runtime {
namespace {

TEST(SlotLedger, keeps_a_slot_for_every_permitted_depth) {
    SlotLedger ledger(8, 3);

    int outside = 0;
    while (ledger.try_take(0))
        ++outside;

    EXPECT_EQ(outside, 5);
    EXPECT_TRUE(ledger.try_take(1));
    EXPECT_FALSE(ledger.try_take(1));
    EXPECT_TRUE(ledger.try_take(2));
    EXPECT_TRUE(ledger.try_take(3));
    EXPECT_FALSE(ledger.try_take(3));
}

TEST(SlotLedger, serves_one_chain_where_slots_are_fewer_than_depths) {
    SlotLedger ledger(2, 8);

    EXPECT_TRUE(ledger.try_take(0));
    EXPECT_FALSE(ledger.try_take(0));
    EXPECT_TRUE(ledger.try_take(1));
}

TEST(SlotLedger, takes_back_what_was_taken) {
    SlotLedger ledger(1, 0);
    ASSERT_TRUE(ledger.try_take(0));
    ASSERT_FALSE(ledger.try_take(0));

    ledger.give_back();

    EXPECT_TRUE(ledger.try_take(0));
}

}  // namespace
}  // namespace skep::runtime
