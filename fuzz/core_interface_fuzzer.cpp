// A core module that gives arguments of the fuzzer's choice to every function of the core interface: whatever they are,
// the guest ends, well or with a documented error, and what it logged and counted can be shown.

#include <cmath>
#include <map>
#include <string>

#include "async/testing/test_loop.hpp"
#include "base/check.hpp"
#include "core_module.hpp"
#include "host/guest_services.hpp"
#include "host/host_interfaces.hpp"
#include "store/testing/fake_transaction.hpp"
#include "wasm/guest_task.hpp"

namespace {

using namespace skep;

const std::vector<fuzz::CoreImport> kImports{
    {"service", "invoke", 3},
    {"config", "get", 1},
    {"secrets", "get", 1},
    {"secrets", "get_bytes", 1},
    {"log", "write", 2, 0, false},
    {"log", "write_fields", 3, 0, false},
    {"metrics", "counter_add", 1, 1},
    {"metrics", "gauge_set", 1, 1},
    {"metrics", "histogram_record", 1, 1},
    {"trace", "set_attribute", 2, 0, false},
    {"trace", "add_event", 2, 0, false},
    {"trace", "start_span", 1},
    {"trace", "end_span", 1},
    {"identity", "get", 1},
    {"identity", "claim", 1},
    {"database", "query", 2},
    {"database", "execute", 2},
    {"kv", "get", 1},
    {"kv", "set", 2},
    {"kv", "delete", 1},
    {"kv", "list", 2, 0, true, 1},
    {"transaction", "begin"},
    {"transaction", "commit"},
    {"transaction", "rollback"},
    {"idempotency", "current_key"},
    {"skep", "last_error"},
};

class CheckingLogger final : public Logger {
public:
    void log(LogRecord record) override {
        const std::string line = to_json(record);
        CHECK(line.find_first_of("\r\n") == std::string::npos);
        CHECK(line.starts_with('{') && line.ends_with('}'));
        CHECK(!to_text(record).empty());
    }
};

// Answers with the request's target and body.
class EchoingInvoker final : public model::ServiceInvoker {
public:
    async::Task<Result<model::Response>> invoke(model::ServiceName, model::Request request,
                                                model::CallContext context) override {
        CHECK(context.depth == 1);
        model::Response response;
        response.status = request.method == "POST" ? 200 : 404;
        response.body = model::Body(request.target + std::string(request.body.buffered().view()));
        co_return response;
    }
};

class NoOutbound final : public host::OutboundSender {
public:
    async::Task<Result<model::Response>> send(model::Request, const model::OutboundGrant&, TimePoint) override {
        co_return fail("connect_failed", "there is no network");
    }
};

// Everything that stays from one input to the next.
class World {
public:
    void run(std::string_view input) {
        auto environment = make_environment();
        auto budget = std::make_shared<host::LogBudget>(1 << 20, loop_.clock().now());
        model::CallContext context;
        context.deadline = loop_.clock().now() + std::chrono::seconds(10);
        context.trace = TraceContext::start(*random_);
        host::HostPorts ports{loop_, *random_, logger_, invoker_, outbound_};
        {
            store::FakeTransaction transaction(loop_);
            host::GuestServices services(environment, ports, budget, context);
            services.use(&transaction);
            run_guest(services, input);
        }
        for (const auto& [name, series] : environment->metrics->snapshot())
            CHECK(!name.empty());
        loop_.run_ready();
    }

private:
    static std::shared_ptr<const host::ServiceEnvironment> make_environment() {
        auto environment = std::make_shared<host::ServiceEnvironment>();
        environment->name = model::ServiceName("fuzzed");
        environment->calls = {"b"};
        environment->config = {{"k", "v"}, {"empty", ""}, {"long", std::string(5000, 'x')}};
        environment->secrets = {{"s", "secret"}};
        environment->data = true;
        environment->kv = true;
        environment->log_level = LogLevel::trace;
        environment->metrics = std::make_shared<host::GuestMetrics>(std::make_shared<host::MetricNames>());
        return environment;
    }

    void run_guest(host::GuestServices& services, std::string_view input) {
        model::Body body{std::string(input)};
        const wasm::GuestTask::Options options{.cpu_limit = std::chrono::seconds(5)};
        auto task = wasm::GuestTask::cgi(*app_, loop_, services, {}, body, options);
        CHECK(task);
        (*task)->start();
        loop_.run_ready();
        CHECK((*task)->is_ended());
        if (const Error* failure = (*task)->failure())
            CHECK(!failure->name().empty() && failure->name() != "internal");
    }

    static wasm::EngineOptions engine_options() { return {.slots = 4, .max_memory = 1 << 20, .sanitizer = true}; }

    std::unique_ptr<Random> random_ = make_seeded_random(1);
    async::TestLoop loop_;
    CheckingLogger logger_;
    EchoingInvoker invoker_;
    NoOutbound outbound_;
    std::unique_ptr<wasm::Engine> engine_ = wasm::Engine::make(engine_options(), loop_.clock()).value();
    std::unique_ptr<wasm::HostFunctions> functions_ = wasm::HostFunctions::make(*engine_).value();
    bool added_ = host::add_all_interfaces(*functions_).has_value();
    std::shared_ptr<const wasm::Code> code_ =
        wasm::Code::compile(*engine_, fuzz::CoreModule(kImports).encode()).value();
    std::shared_ptr<const wasm::App> app_ = wasm::App::make(*engine_, code_, *functions_, {}).value();
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
    static World world;
    world.run({reinterpret_cast<const char*>(bytes), size});
    return 0;
}
