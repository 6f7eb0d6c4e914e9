#include <gmock/gmock.h>

#include "async/testing/test_loop.hpp"
#include "host/guest_services.hpp"
#include "host/host_interfaces.hpp"
#include "host/testing/core_guest.hpp"
#include "host/testing/silent_ports.hpp"
#include "store/testing/fake_transaction.hpp"
#include "wasm/guest_task.hpp"

namespace skep::host {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// A service with a store, and one guest of it at a time.
class StoreInterfaces : public testing::Test {
protected:
    StoreInterfaces() { EXPECT_TRUE(add_all_interfaces(*functions_)); }

    // Starts a guest that makes `call`, and lets it run as far as it comes.
    void start(const CoreCall& call) {
        code_ = wasm::Code::compile(*engine_, encode_core_guest(call)).value();
        app_ = wasm::App::make(*engine_, code_, *functions_, {}).value();
        services_ = std::make_unique<GuestServices>(environment_, ports_.ports(), budget_, context_);
        services_->use(&transaction_);
        services_->capture_output(1 << 20);
        task_ = wasm::GuestTask::cgi(*app_, loop_, *services_, {}, body_, {}).value();
        task_->start();
        loop_.run_ready();
    }

    bool is_ended() const { return task_->is_ended(); }

    // What it printed, once it has ended.
    std::string output() {
        EXPECT_TRUE(task_->is_ended());
        EXPECT_EQ(task_->failure(), nullptr) << task_->failure()->to_string();
        return services_->take_output();
    }

    std::string output_of(const CoreCall& call) {
        start(call);
        return output();
    }

    static std::shared_ptr<ServiceEnvironment> make_environment() {
        auto environment = std::make_shared<ServiceEnvironment>();
        environment->name = model::ServiceName("orders");
        environment->data = true;
        environment->kv = true;
        return environment;
    }

    async::TestLoop loop_;
    SilentPorts ports_{loop_};
    std::shared_ptr<ServiceEnvironment> environment_ = make_environment();
    std::shared_ptr<LogBudget> budget_ = std::make_shared<LogBudget>(1 << 20, loop_.clock().now());
    model::CallContext context_;
    store::FakeTransaction transaction_{loop_};
    std::unique_ptr<wasm::Engine> engine_ =
        wasm::Engine::make({.slots = 2, .max_memory = 1 << 20, .sanitizer = true}, loop_.clock()).value();
    std::unique_ptr<wasm::HostFunctions> functions_ = wasm::HostFunctions::make(*engine_).value();
    model::Body body_;
    std::shared_ptr<const wasm::Code> code_;
    std::shared_ptr<const wasm::App> app_;
    std::unique_ptr<GuestServices> services_;
    std::unique_ptr<wasm::GuestTask> task_;
};

std::string two_products() {
    store::RowWriter rows;
    rows.begin_rows({"id", "name"});
    rows.integer(1);
    rows.text("tea");
    rows.integer(2);
    rows.null();
    return std::move(rows).take();
}

TEST_F(StoreInterfaces, query_gives_rows_as_objects) {
    transaction_.give_rows(two_products());

    const std::string rows = output_of({"database", "query", {"SELECT id, name FROM products", "[]"}});

    EXPECT_EQ(rows, R"([{"id":1,"name":"tea"},{"id":2,"name":null}])");
}

TEST_F(StoreInterfaces, query_passes_the_parameters_on) {
    start({"database", "query", {"SELECT ?", R"(["tea"])"}});

    EXPECT_EQ(transaction_.params(), "\1\1\3\3tea");
}

TEST_F(StoreInterfaces, query_takes_an_empty_text_for_no_parameters) {
    start({"database", "query", {"SELECT 1", ""}});

    EXPECT_EQ(transaction_.params(), std::string("\1\0", 2));
}

TEST_F(StoreInterfaces, query_refuses_parameters_that_are_nested_without_asking_the_store) {
    const std::string refusal = output_of({"database", "query", {"SELECT ?", "[1, [2]]"}});

    EXPECT_EQ(refusal, "sql_params: parameter 2 is an array");
    EXPECT_THAT(transaction_.calls(), ElementsAre());
}

TEST_F(StoreInterfaces, query_refuses_a_statement_that_is_not_utf_8) {
    EXPECT_EQ(output_of({"database", "query", {"SELECT '\xFF'", ""}}), "sql_invalid: the statement is not UTF-8");
}

TEST_F(StoreInterfaces, query_gives_the_error_of_the_store) {
    transaction_.fail_with(error("sql_invalid", "no such table: t"));

    EXPECT_EQ(output_of({"database", "query", {"SELECT * FROM t", ""}}), "sql_invalid: no such table: t");
}

TEST_F(StoreInterfaces, execute_says_what_it_changed) {
    transaction_.give_executed({.rows_affected = 1, .last_insert_id = 41});

    const std::string answer = output_of({"database", "execute", {"INSERT INTO t VALUES (?)", "[1]"}});

    EXPECT_EQ(answer, R"({"rows_affected":1,"last_insert_id":41})");
}

TEST_F(StoreInterfaces, the_guest_waits_for_a_statement_that_does_not_end_at_once) {
    transaction_.hold();
    start({"database", "execute", {"DELETE FROM t", ""}});
    ASSERT_FALSE(is_ended());

    transaction_.release();
    loop_.run_ready();

    EXPECT_EQ(output(), R"({"rows_affected":0,"last_insert_id":0})");
}

TEST_F(StoreInterfaces, a_guest_that_is_stopped_gives_its_statement_up) {
    transaction_.hold();
    start({"database", "execute", {"DELETE FROM t", ""}});

    task_.reset();
    transaction_.release();
    loop_.run_ready();

    EXPECT_THAT(transaction_.calls(), ElementsAre());
}

TEST_F(StoreInterfaces, without_the_grant_of_data_the_line_to_add_is_named) {
    environment_->data = false;

    const std::string refusal = output_of({"database", "query", {"SELECT 1", ""}});

    EXPECT_EQ(refusal, "data_not_granted: service 'orders' has no store: add data = true to [services.orders]");
    EXPECT_THAT(ports_.logged(), ElementsAre(HasSubstr("add data = true")));
}

TEST_F(StoreInterfaces, without_the_grant_of_kv_the_line_to_add_is_named) {
    environment_->kv = false;

    EXPECT_THAT(output_of({"kv", "get", {"a"}}), StartsWith("kv_not_granted: "));
}

TEST_F(StoreInterfaces, kv_gives_the_value_of_a_key) {
    transaction_.keys() = {{"a", "1"}};

    EXPECT_EQ(output_of({"kv", "get", {"a"}}), "1");
}

TEST_F(StoreInterfaces, kv_says_where_there_is_no_value) {
    EXPECT_THAT(output_of({"kv", "get", {"a"}}), StartsWith("not_set: "));
}

TEST_F(StoreInterfaces, kv_gives_an_empty_value) {
    transaction_.keys() = {{"a", ""}};

    EXPECT_EQ(output_of({"kv", "get", {"a"}}), "");
}

TEST_F(StoreInterfaces, kv_sets_a_key) {
    EXPECT_EQ(output_of({"kv", "set", {"a", "1"}, {}, false}), "");

    EXPECT_EQ(transaction_.keys().at("a"), "1");
}

TEST_F(StoreInterfaces, kv_removes_a_key_or_finds_it_gone) {
    transaction_.keys() = {{"a", "1"}};

    EXPECT_EQ(output_of({"kv", "delete", {"a"}, {}, false}), "");
    EXPECT_EQ(output_of({"kv", "delete", {"a"}, {}, false}), "");

    EXPECT_TRUE(transaction_.keys().empty());
}

TEST_F(StoreInterfaces, kv_refuses_a_key_that_is_not_utf_8) {
    EXPECT_EQ(output_of({"kv", "set", {"\xFF", "1"}, {}, false}), "kv_invalid: the key is not UTF-8");
}

TEST_F(StoreInterfaces, kv_lists_keys_of_a_prefix) {
    transaction_.keys() = {{"a/1", ""}, {"a/2", ""}, {"a/3", ""}, {"b", ""}};

    EXPECT_EQ(output_of({"kv", "list", {"a/", "a/1"}, {1}}), R"(["a/2"])");
}

TEST_F(StoreInterfaces, a_transaction_is_begun_committed_and_rolled_back) {
    start({"transaction", "begin", {}, {}, false});
    start({"transaction", "commit", {}, {}, false});
    start({"transaction", "rollback", {}, {}, false});

    EXPECT_THAT(transaction_.calls(), ElementsAre("begin", "commit", "rollback"));
}

TEST_F(StoreInterfaces, kv_alone_grants_transactions) {
    environment_->data = false;

    EXPECT_EQ(output_of({"transaction", "begin", {}, {}, false}), "");
}

TEST_F(StoreInterfaces, a_refused_commit_is_an_error_to_the_guest) {
    transaction_.fail_with(error("commit_inside_keyed_execution", "not here"));

    EXPECT_EQ(output_of({"transaction", "commit", {}, {}, false}), "commit_inside_keyed_execution: not here");
}

TEST_F(StoreInterfaces, the_key_that_the_handler_runs_for_is_told) {
    context_.execution = model::KeyedExecution{.key = "order-7"};

    EXPECT_EQ(output_of({"idempotency", "current_key"}), "order-7");
}

TEST_F(StoreInterfaces, without_a_key_none_is_told) {
    EXPECT_THAT(output_of({"idempotency", "current_key"}), StartsWith("not_set: "));
}

}  // namespace
}  // namespace skep::host
