// Which executions have a record is known without a look at the store.
#include "store/testing/executions_fixture.hpp"

namespace skep::store {
namespace {

class KnownExecutions : public ExecutionsFixture {};

TEST_F(KnownExecutions, a_new_key_waits_for_no_reader_once_it_is_known_which_have_a_record) {
    settings.readers = 1;
    reopen();
    run_once();
    context.execution = model::NoExecution{};
    auto reading = start(late());
    read(*reading);
    model::Request request = post();
    context.execution = model::KeyedExecution{.key = "order-0000-0000-0002"};
    auto fresh = start();
    context.execution = model::KeyedExecution{.key = std::string(kKey)};
    auto repeated = start();

    auto admitted = later(fresh->admit(request));
    auto looked_up = later(repeated->admit(request));
    loop.run_ready();

    EXPECT_TRUE(admitted.is_done());
    EXPECT_FALSE(looked_up.is_done());
}

TEST_F(KnownExecutions, a_record_made_while_it_is_learned_which_there_are_is_found) {
    reopen();
    auto handler = start();
    ASSERT_FALSE(admit(*handler).value());
    write(*handler, "UPDATE t SET n = n + 1 WHERE id = 1");
    auto ended = later(answered(*handler, "made"));
    run_statements();  // learns, with the record in a batch that is not flushed
    ASSERT_EQ(wait_for(ended).value(), Ending::settled);

    auto repeated = start();

    EXPECT_TRUE(admit(*repeated).value());
}

TEST_F(KnownExecutions, each_of_many_records_is_found_after_a_restart) {
    constexpr int kMany = 2'100;  // more than are learned at once
    const auto name = [](int i) { return model::KeyedExecution{.key = "order-" + std::to_string(i)}; };
    for (int i = 0; i < kMany; ++i) {
        context.execution = name(i);
        run_once();
    }
    reopen();
    context.execution = name(kMany);
    run_once();

    for (int i = 0; i <= kMany; ++i) {
        context.execution = name(i);
        auto repeated = start();
        ASSERT_TRUE(admit(*repeated).value()) << i;
    }
}

}  // namespace
}  // namespace skep::store
