#include "host/traced_transaction.hpp"

#include <gmock/gmock.h>

#include "async/testing/test_loop.hpp"
#include "host/testing/silent_ports.hpp"
#include "store/testing/fake_transaction.hpp"

namespace skep::host {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Key;
using testing::Not;
using testing::Pair;

class TracedTransactions : public testing::Test {
protected:
    static std::shared_ptr<const ServiceEnvironment> make_environment() {
        auto environment = std::make_shared<ServiceEnvironment>();
        environment->name = model::ServiceName("orders");
        environment->log_level = LogLevel::debug;
        return environment;
    }

    async::TestLoop loop_;
    SilentPorts ports_{loop_};
    GuestServices services_{
        make_environment(), ports_.ports(), std::make_shared<LogBudget>(1 << 20, loop_.clock().now()), {}};
    store::FakeTransaction* inner_ = new store::FakeTransaction(loop_);  // of traced_
    TracedTransaction traced_{std::unique_ptr<store::HandlerTransaction>(inner_), services_};
};

TEST_F(TracedTransactions, show_each_statement_without_its_values) {
    ASSERT_TRUE(loop_.run(traced_.execute("UPDATE users SET pin = '1234' WHERE id = ?", "")));

    EXPECT_THAT(inner_->calls(), ElementsAre("execute UPDATE users SET pin = '1234' WHERE id = ?"));
    EXPECT_THAT(ports_.logged(), ElementsAre("db.execute"));
    EXPECT_THAT(ports_.last_fields(), Contains(Pair("statement", "UPDATE users SET pin = ? WHERE id = ?")));
    EXPECT_THAT(ports_.last_fields(), Contains(Key("span_id")));
    EXPECT_THAT(ports_.last_fields(), Contains(Key("duration_ms")));
    EXPECT_THAT(ports_.last_fields(), Not(Contains(Key("code"))));
}

TEST_F(TracedTransactions, show_how_long_something_waited) {
    inner_->hold();
    auto keeping = traced_.kv_set("a", "1");
    keeping.await_suspend(std::noop_coroutine()).resume();
    EXPECT_THAT(ports_.logged(), IsEmpty());

    loop_.advance(std::chrono::milliseconds(7));
    inner_->release();
    loop_.run_ready();

    EXPECT_THAT(ports_.logged(), ElementsAre("kv.set"));
    EXPECT_THAT(ports_.last_fields(), Contains(Pair("duration_ms", "7.000")));
}

TEST_F(TracedTransactions, show_why_something_failed) {
    inner_->fail_with(error("constraint", "id exists"));

    EXPECT_EQ(loop_.run(traced_.commit()).error().name(), "constraint");
    EXPECT_THAT(ports_.last_fields(), Contains(Pair("code", "constraint")));
}

TEST_F(TracedTransactions, show_what_was_cut_off) {
    inner_->hold();
    {
        auto keeping = traced_.kv_set("a", "1");
        keeping.await_suspend(std::noop_coroutine()).resume();
    }

    EXPECT_THAT(ports_.logged(), ElementsAre("kv.set"));
    EXPECT_THAT(ports_.last_fields(), Contains(Pair("code", "cancelled")));
}

TEST_F(TracedTransactions, show_the_wait_for_the_start_and_the_end) {
    model::Request request;
    ASSERT_TRUE(loop_.run(traced_.admit(request)));
    ASSERT_TRUE(loop_.run(traced_.end(nullptr)));

    EXPECT_THAT(ports_.logged(), ElementsAre("db.admit", "db.end"));
}

}  // namespace
}  // namespace skep::host
