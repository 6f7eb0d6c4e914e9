#include "host/guest_services.hpp"

#include <gmock/gmock.h>

#include "async/testing/test_loop.hpp"
#include "host/testing/silent_ports.hpp"
#include "store/testing/fake_transaction.hpp"

namespace skep::host {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

// One run of a guest that may call `users` and one host, with a transaction.
class GuestCalls : public testing::Test {
protected:
    GuestCalls() { services_.use(&transaction_); }

    Result<std::string> invoke(std::string method) {
        return loop_.run(services_.invoke("users", std::move(method), ""));
    }

    Result<model::Response> send(model::Request request) {
        return loop_.run(services_.send(std::move(request), std::chrono::nanoseconds(0)));
    }

    static model::Request request_to(std::string authority, std::string method) {
        model::Request request;
        request.authority = std::move(authority);
        request.method = std::move(method);
        return request;
    }

    static model::Request keyed_request(std::string_view key) {
        model::Request request = request_to("users.skep.internal", "POST");
        request.headers.set("idempotency-key", key);
        return request;
    }

    // What the called service is executed for.
    const model::KeyedExecution& execution() const {
        return std::get<model::KeyedExecution>(ports_.contexts().front().execution);
    }

    std::string key_sent() const { return std::string(ports_.sent().front().headers.get("idempotency-key")); }

    static std::shared_ptr<const ServiceEnvironment> make_environment() {
        auto environment = std::make_shared<ServiceEnvironment>();
        environment->name = model::ServiceName("orders");
        environment->calls = {"users"};
        environment->outbound = {{.scheme = "http", .host = "pay.example", .port = 80}};
        return environment;
    }

    static model::CallContext make_context() {
        model::CallContext context;
        context.execution = model::KeyedExecution{.key = "order-7"};
        return context;
    }

    async::TestLoop loop_;
    SilentPorts ports_{loop_};
    store::FakeTransaction transaction_{loop_};
    GuestServices services_{make_environment(), ports_.ports(),
                            std::make_shared<LogBudget>(1 << 20, loop_.clock().now()), make_context()};
};

TEST_F(GuestCalls, a_guest_is_waited_for_while_it_holds_the_turn) {
    EXPECT_FALSE(services_.is_waited_for());

    transaction_.hold_turn(true);

    EXPECT_TRUE(services_.is_waited_for());
}

TEST_F(GuestCalls, step_out_of_the_transaction_before_they_leave) {
    transaction_.hold();
    auto calling = services_.invoke("users", "GET /users/1", "");
    calling.await_suspend(std::noop_coroutine()).resume();
    EXPECT_THAT(ports_.sent(), IsEmpty());

    transaction_.release();
    loop_.run_ready();

    EXPECT_THAT(transaction_.calls(), ElementsAre("step_out call"));
    EXPECT_THAT(ports_.sent(), SizeIs(1));
}

TEST_F(GuestCalls, are_refused_by_name_inside_of_a_transaction) {
    transaction_.refuse_step_out(error("call_inside_transaction", "it has written"));

    EXPECT_EQ(invoke("GET /users/1").error().name(), "call_inside_transaction");
    EXPECT_EQ(send(request_to("users.skep.internal", "GET")).error().name(), "call_inside_transaction");
    EXPECT_EQ(send(request_to("pay.example", "GET")).error().name(), "call_inside_transaction");
    EXPECT_THAT(ports_.sent(), IsEmpty());
}

TEST_F(GuestCalls, that_are_not_granted_leave_the_transaction_alone) {
    EXPECT_FALSE(send(request_to("products.skep.internal", "GET")));
    EXPECT_FALSE(send(request_to("other.example", "GET")));

    EXPECT_THAT(transaction_.calls(), IsEmpty());
}

TEST_F(GuestCalls, reach_a_service_by_its_name_in_any_case) {
    EXPECT_TRUE(send(request_to("Users.SKEP.Internal", "GET")));

    EXPECT_THAT(ports_.sent(), SizeIs(1));
}

TEST_F(GuestCalls, to_a_service_name_the_usual_port_or_none) {
    EXPECT_TRUE(send(request_to("users.skep.internal:80", "GET")));
    EXPECT_EQ(send(request_to("users.skep.internal:8080", "GET")).error().name(), "authority_invalid");
    EXPECT_EQ(send(request_to("users.skep.internal:port", "GET")).error().name(), "authority_invalid");

    EXPECT_THAT(ports_.sent(), SizeIs(1));
}

TEST_F(GuestCalls, to_a_service_know_no_tls) {
    model::Request request = request_to("users.skep.internal", "GET");
    request.scheme = "https";

    EXPECT_EQ(send(std::move(request)).error().name(), "tls_not_available");
    EXPECT_THAT(ports_.sent(), IsEmpty());
}

TEST_F(GuestCalls, of_a_keyed_execution_carry_the_key_of_their_ordinal) {
    transaction_.give_call_keys("e1");

    EXPECT_TRUE(invoke("POST /users"));

    EXPECT_EQ(key_sent(), "e1.1");
}

TEST_F(GuestCalls, to_hosts_outside_carry_a_key_too) {
    transaction_.give_call_keys("e1");

    EXPECT_TRUE(send(request_to("pay.example", "POST")));

    EXPECT_EQ(key_sent(), "e1.1");
}

TEST_F(GuestCalls, keep_the_key_that_the_guest_has_set) {
    transaction_.give_call_keys("e1");

    EXPECT_TRUE(send(keyed_request("mine")));

    EXPECT_EQ(key_sent(), "mine");
}

TEST_F(GuestCalls, by_safe_methods_take_no_key) {
    transaction_.give_call_keys("e1");

    EXPECT_TRUE(invoke("GET /users/1"));

    EXPECT_EQ(key_sent(), "");
    EXPECT_EQ(transaction_.key_of_next_call(), "e1.1");
}

TEST_F(GuestCalls, are_executions_of_their_own) {
    EXPECT_TRUE(invoke("POST /users"));

    EXPECT_TRUE(std::holds_alternative<model::NoExecution>(ports_.contexts().front().execution));
}

TEST_F(GuestCalls, with_a_key_of_the_platform_are_executed_for_it) {
    transaction_.give_call_keys("e1");

    EXPECT_TRUE(invoke("POST /users"));

    EXPECT_EQ(execution().key, "e1.1");
    EXPECT_TRUE(execution().by_platform);
}

TEST_F(GuestCalls, with_a_key_of_the_guest_are_executed_for_it) {
    EXPECT_TRUE(send(keyed_request("mine")));

    EXPECT_EQ(execution().key, "mine");
    EXPECT_FALSE(execution().by_platform);
}

TEST_F(GuestCalls, with_a_key_that_nobody_could_repeat_are_refused) {
    EXPECT_EQ(send(keyed_request("")).error().name(), "idempotency_key_invalid");
    EXPECT_EQ(send(keyed_request("with space")).error().name(), "idempotency_key_invalid");
    EXPECT_EQ(send(keyed_request(std::string(256, 'x'))).error().name(), "idempotency_key_invalid");
}

}  // namespace
}  // namespace skep::host
