#include "platform/platform.hpp"

#include <algorithm>
#include <fstream>
#include <future>
#include <mutex>
#include <set>
#include <sys/resource.h>

#include <fmt/chrono.h>

#include "admin/control_api.hpp"
#include "admin/running_stores.hpp"
#include "async/ticker.hpp"
#include "base/process.hpp"
#include "host/host_interfaces.hpp"
#include "platform/data_directory.hpp"
#include "platform/io_worker.hpp"
#include "platform/port_claim.hpp"
#include "platform/service_registry.hpp"

namespace skep::platform {
namespace {

constexpr int kStatementsNice = 10;           // slow statements stand back for requests on the same core
constexpr std::size_t kStoreQueue = 100'000;  // pieces of work; handlers are bounded before
constexpr async::Ticker::Pace kTending{.period = std::chrono::milliseconds(50),
                                       .hurried = std::chrono::milliseconds(50),
                                       .linger = std::chrono::milliseconds(200)};

std::uint64_t resident_bytes() {
    std::ifstream statm("/proc/self/statm");
    std::uint64_t total = 0;
    std::uint64_t resident = 0;
    statm >> total >> resident;
    return resident * 4096;
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

http::ServerLimits limits_of(const model::Gateway& gateway) {
    http::ServerLimits limits;
    limits.header_block = gateway.header_block_bytes;
    limits.fields = gateway.header_fields;
    limits.target = gateway.target_bytes;
    limits.allow_underscores = gateway.underscores_in_headers;
    limits.min_body_rate = gateway.min_body_rate;
    limits.head_timeout = gateway.head_timeout;
    limits.idle_timeout = gateway.idle_timeout;
    limits.stream_idle = gateway.stream_idle;
    limits.connections = gateway.max_connections;
    return limits;
}

// Whether all that a reload leaves as it is, around the services, is the same.
bool same_frame(const model::Application& left, const model::Application& right) {
    return left.gateway == right.gateway && left.control_listen == right.control_listen &&
           left.runtime == right.runtime;
}

// Reports over the registry and the workers. Any thread.
class PlatformReports final : public telemetry::Reports {
public:
    PlatformReports(const Clock& clock, std::string application, std::string version)
        : clock_(clock),
          application_(std::move(application)),
          version_(std::move(version)),
          begin_(clock.now()),
          started_at_(fmt::format("{:%Y-%m-%dT%H:%M:%SZ}",
                                  fmt::gmtime(std::chrono::system_clock::to_time_t(clock.wall_now())))) {}

    std::vector<telemetry::ServiceReport> services() const override { return registry.reports(); }
    std::optional<telemetry::ServiceReport> service(std::string_view name) const override {
        return registry.report(name);
    }
    telemetry::ProcessReport process() const override {
        const wasm::EngineStatus engine = engine_status ? engine_status() : wasm::EngineStatus{};
        return {.application = application_,
                .version = version_,
                .started_at = started_at_,
                .uptime_seconds = std::chrono::duration<double>(clock_.now() - begin_).count(),
                .resident_bytes = resident_bytes(),
                .cpu_seconds = cpu_seconds(),
                .ready = ready.load(),
                .slots = engine.slots,
                .slots_used = engine.slots_used,
                .log_lines_dropped = log_lines_dropped ? log_lines_dropped() : 0,
                .connections = connections ? connections() : 0};
    }

    ServiceRegistry registry;
    std::atomic<bool> ready = false;
    // Set before the first thread starts.
    std::function<wasm::EngineStatus()> engine_status;
    std::function<std::uint64_t()> log_lines_dropped;
    std::function<std::uint64_t()> connections;

private:
    const Clock& clock_;
    std::string application_;
    std::string version_;
    TimePoint begin_;
    std::string started_at_;
};

}  // namespace

// In the order in which they stand on each other.
struct Platform::State final : admin::Operations {
    State(const Clock& system_clock, PlatformOptions given, DataDirectory claimed)
        : clock(system_clock),
          options(std::move(given)),
          directory(std::move(claimed)),
          logs(clock, options.log_format),
          reports(clock, options.application.name, options.version) {}

    // Pools may have something to say to the threads until they have ended.
    ~State() override {
        control_api.reset();
        store_admin.reset();
        for (const auto& worker : workers)
            worker->close();
        statements.reset();
        flushes.reset();
        tending.reset();
        workers.clear();
    }

    Result<> start_engine();
    void start_workers();
    Result<> install_services();
    void install(const model::Service& service, std::vector<std::string>& failed);
    bool is_unchanged(const LoadedService& running, const LoadedService& loaded) const;
    Result<> install_routes();
    Result<> listen();
    void leave_control_address();
    void log(LogLevel level, std::string message) { logs.queue().log({.level = level, .message = std::move(message)}); }

    async::Task<Result<>> reload() override {
        auto work = [this] { return reload_now(); };
        co_return co_await reload_pool.run(workers.front()->thread().loop(), work);
    }
    std::string effective_configuration() const override { return options.describe ? options.describe() : "{}\n"; }
    Result<> reload_now();

    const Clock& clock;
    PlatformOptions options;
    DataDirectory directory;
    LogWriter logs;
    PlatformReports reports;
    async::BlockingPool blocking{4, 1024};
    std::unique_ptr<wasm::Engine> engine;
    std::unique_ptr<wasm::HostFunctions> functions;
    std::unique_ptr<wasm::CodeCache> cache;
    std::unique_ptr<store::Disk> disk = store::make_system_disk();
    // A store commits on one pool while its slow statements may fill the other.
    std::unique_ptr<async::BlockingPool> statements;
    std::unique_ptr<async::BlockingPool> flushes;
    std::unique_ptr<store::Stores> stores;
    std::unique_ptr<async::Ticker> tending;
    std::unique_ptr<ServiceLoader> loader;
    std::unique_ptr<runtime::SlotLedger> slots;
    std::optional<PortClaim> gateway_port;
    std::optional<PortClaim> control_port;
    std::vector<std::unique_ptr<IoWorker>> workers;
    std::unique_ptr<admin::RunningStores> store_admin;
    std::unique_ptr<admin::ControlApi> control_api;
    std::mutex reloading;
    async::BlockingPool reload_pool{1, 4};
};

Result<> Platform::State::start_engine() {
    // One limit for all, which those of the services lower. A higher one than any has now needs a restart.
    std::uint64_t& largest = options.engine.max_memory;
    largest = std::max(largest, model::GuestLimits().memory_bytes);
    for (const auto& service : options.application.services)
        largest = std::max(largest, service.limits.memory_bytes);
    TRY(engine, wasm::Engine::make(options.engine, clock));
    TRY(functions, wasm::HostFunctions::make(*engine));
    TRY_DO(host::add_all_interfaces(*functions));
    wasm::CodeCache::Options cache_options{
        .folder = options.code_cache,
        .compile_command = options.compile_command,
        .on_event = [this](std::string_view what) { log(LogLevel::info, std::string(what)); }};
    TRY(cache, wasm::CodeCache::open(*engine, std::move(cache_options)));
    const async::BlockingPool::Options slow{.name = "skep-statement", .nice = kStatementsNice};
    statements = std::make_unique<async::BlockingPool>(4 + core_count(), kStoreQueue, slow);
    flushes = std::make_unique<async::BlockingPool>(4, kStoreQueue, async::BlockingPool::Options{.name = "skep-flush"});
    const store::StorePorts ports{*disk, clock, *statements, *flushes, [this] { tending->keep_alive(); }};
    stores = std::make_unique<store::Stores>(ports, options.data_directory / "services");
    tending = std::make_unique<async::Ticker>(kTending, [this] { stores->tend(); });
    loader = std::make_unique<ServiceLoader>(*engine, *cache, *functions, *stores,
                                             [this](std::string what) { log(LogLevel::info, std::move(what)); });
    slots = std::make_unique<runtime::SlotLedger>(engine->status().slots, options.application.runtime.call_depth);
    reports.engine_status = [this] { return engine->status(); };
    reports.log_lines_dropped = [this] { return logs.queue().dropped(); };
    reports.connections = [this] {
        std::uint64_t sum = 0;
        for (const auto& worker : workers)
            sum += worker->connections();
        return sum;
    };
    return {};
}

void Platform::State::start_workers() {
    const std::uint32_t count = options.application.runtime.io_threads.value_or(core_count());
    const IoWorker::Settings settings{
        .pipeline = {.deadline = options.application.gateway.deadline, .development = options.development},
        .limits = limits_of(options.application.gateway),
        .call_depth = options.application.runtime.call_depth,
        .access_log = options.application.gateway.access_log};
    const IoWorker::Shared shared{clock, logs.queue(), *slots, reports, blocking};
    for (std::uint32_t i = 0; i < count; ++i)
        workers.push_back(std::make_unique<IoWorker>(shared, settings, fmt::format("skep-io-{}", i)));
}

bool Platform::State::is_unchanged(const LoadedService& running, const LoadedService& loaded) const {
    return running.revision == loaded.revision && running.environment->secrets == loaded.environment->secrets &&
           running.spec == loaded.spec;
}

void Platform::State::install(const model::Service& service, std::vector<std::string>& failed) {
    const std::string& name = service.name.value();
    const auto running = reports.registry.running(name);
    auto loaded = loader->load(service, options.application);
    if (loaded && running && is_unchanged(*running, **loaded))
        return;
    if (!loaded) {
        log(LogLevel::error,
            fmt::format("service '{}' {}: {}", name, running ? "keeps its running revision" : "does not start",
                        loaded.error().to_string()));
        failed.push_back(fmt::format("{}: {}", name, loaded.error().to_string()));
    }
    std::vector<const mesh::ServiceStats*> stats;
    for (const auto& worker : workers) {
        if (loaded || !running)
            stats.push_back(&worker->install(name, loaded ? *loaded : nullptr));
    }
    if (loaded)
        reports.registry.set_running(*loaded, std::move(stats));
    else
        reports.registry.set_failed(service, loaded.error(), std::move(stats));
}

// What fails is said, and does not keep the rest from running.
Result<> Platform::State::install_services() {
    std::vector<std::string> failed;
    std::set<std::string> wanted;
    for (const auto& service : options.application.services) {
        install(service, failed);
        wanted.insert(service.name.value());
    }
    for (const auto& name : reports.registry.names()) {
        if (wanted.contains(name))
            continue;
        for (const auto& worker : workers)
            worker->remove(name);
        reports.registry.remove(name);
    }
    TRY_DO(install_routes());
    if (failed.empty())
        return {};
    return fail("service_failed", "{}", fmt::join(failed, "; "));
}

Result<> Platform::State::install_routes() {
    TRY(gateway::RouteTable table, gateway::make_route_table(options.application));
    const auto shared = std::make_shared<const gateway::RouteTable>(std::move(table));
    for (const auto& worker : workers)
        worker->set_routes(shared);
    return {};
}

Result<> Platform::State::listen() {
    async::Network& network = workers.front()->thread().network();
    TRY(const auto gateway_address, async::SocketAddress::parse(options.application.gateway.listen));
    TRY(const auto control_address, async::SocketAddress::parse(options.application.control_listen));
    const auto claim = [&](const async::SocketAddress& address) {
        Result<PortClaim> claimed = fail(internal("not claimed"));
        workers.front()->thread().run_there([&] { claimed = PortClaim::claim(network, address); });
        return claimed;
    };
    TRY(gateway_port, claim(gateway_address));
    TRY(control_port, claim(control_address));
    TRY(std::string token, directory.control_token());
    IoWorker& first = *workers.front();
    const admin::RunningStores::Ports store_ports{first.thread().loop(), clock, *stores,
                                                  [this] { return reports.registry.specs(); }};
    store_admin = std::make_unique<admin::RunningStores>(store_ports);
    const admin::ControlApi::Ports ports{first.thread().loop(), first.random(), first.invoker(),  reports,
                                         logs.queue(),          *this,          store_admin.get()};
    control_api = std::make_unique<admin::ControlApi>(ports, std::move(token));
    TRY_DO(first.listen_control(control_port->address(), *control_api));
    leave_control_address();
    for (const auto& worker : workers)
        TRY_DO(worker->listen(gateway_port->address()));
    return {};
}

// Commands can be told where it is by hand; a full disk keeps nobody from serving.
void Platform::State::leave_control_address() {
    const std::string address = control_port->address().to_string();
    if (const Result<> left = directory.leave_control_address(address); !left)
        log(LogLevel::warn, fmt::format("commands will not find the control API at {} by themselves: {}", address,
                                        left.error().to_string()));
}

Result<> Platform::State::reload_now() {
    const std::lock_guard lock(reloading);
    Result<model::Application> application = options.reread();
    if (!application) {
        log(LogLevel::error,
            fmt::format("reload: {}; the running revision serves on", application.error().to_string()));
        return fail(std::move(application).error());
    }
    if (!same_frame(*application, options.application))
        log(LogLevel::warn, "reload: what changed in [gateway], [http], [control] or [runtime] needs a restart");
    options.application = std::move(*application);
    Result<> installed = install_services();
    log(LogLevel::info, installed ? "reloaded" : "reloaded in part");
    return installed;
}

Platform::Platform(std::unique_ptr<State> state) : state_(std::move(state)) {}

Platform::~Platform() = default;

Result<std::unique_ptr<Platform>> Platform::start(const Clock& clock, PlatformOptions options) {
    TRY(DataDirectory directory, DataDirectory::claim(options.data_directory));
    auto state = std::make_unique<State>(clock, std::move(options), std::move(directory));
    TRY_DO(state->start_engine());
    state->start_workers();
    const Result<> installed = state->install_services();
    if (!installed && installed.error().name() != "service_failed")
        return fail(installed.error());
    TRY_DO(state->listen());
    state->reports.ready = true;
    return std::unique_ptr<Platform>(new Platform(std::move(state)));
}

Result<> Platform::reload() {
    return state_->reload_now();
}

void Platform::drain(std::chrono::milliseconds patience) {
    state_->reports.ready = false;
    const TimePoint deadline = state_->clock.now() + patience;
    std::vector<std::promise<void>> ended(state_->workers.size());
    for (std::size_t i = 0; i < ended.size(); ++i)
        state_->workers[i]->drain(deadline, [&ended, i] { ended[i].set_value(); });
    for (auto& promise : ended)
        promise.get_future().wait();
}

std::string Platform::gateway_url() const {
    return "http://" + state_->gateway_port->address().to_string();
}

std::string Platform::control_url() const {
    return "http://" + state_->control_port->address().to_string();
}

std::pair<std::size_t, std::size_t> Platform::service_counts() const {
    const auto services = state_->reports.services();
    const auto running = std::ranges::count(services, "running", &telemetry::ServiceReport::state);
    return {static_cast<std::size_t>(running), services.size()};
}

}  // namespace skep::platform
