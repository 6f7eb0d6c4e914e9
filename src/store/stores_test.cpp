#include "store/stores.hpp"

#include "store/testing/store_fixture.hpp"

namespace skep::store {
namespace {

class StoresTest : public StoreFixture {
protected:
    std::shared_ptr<ServiceStore> of(std::string name) {
        return stores.of({.name = model::ServiceName(std::move(name))});
    }

    Result<std::int64_t> used(ServiceStore& store) {
        const auto handler = store.start(loop, late(), context);
        return read(*handler, "SELECT 7");
    }

    Stores stores{StorePorts{*disk, loop.clock(), statements, flushes}, "/many", 1};
};

TEST_F(StoresTest, one_more_than_may_be_open_closes_another) {
    const auto first = of("first");
    const auto second = of("second");
    ASSERT_EQ(used(*first).value(), 7);

    EXPECT_EQ(used(*second).value(), 7);

    EXPECT_TRUE(second->is_open());
    EXPECT_FALSE(first->is_open());
}

TEST_F(StoresTest, what_was_closed_is_opened_again) {
    const auto first = of("first");
    const auto second = of("second");
    used(*first).value();
    used(*second).value();

    EXPECT_EQ(used(*first).value(), 7);

    EXPECT_FALSE(second->is_open());
}

TEST_F(StoresTest, one_that_is_opened_for_its_migrations_closes_another) {
    const auto first = of("first");
    const auto second = of("second");
    used(*first).value();

    EXPECT_TRUE(second->pin_blocking());

    EXPECT_FALSE(first->is_open());
}

}  // namespace
}  // namespace skep::store
