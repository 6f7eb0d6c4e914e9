#include "platform/io_worker.hpp"

#include <ranges>
#include <unordered_map>

#include "host/http_outbound.hpp"
#include "platform/failed_endpoint.hpp"
#include "runtime/process_endpoint.hpp"
#include "wasm/engine.hpp"

namespace skep::platform {
namespace {

constexpr auto kTidyInterval = std::chrono::seconds(1);

// Counts connections for the reports.
class ConnectionCount final : public http::ServerObserver {
public:
    void connection_opened() override { open_.fetch_add(1, std::memory_order_relaxed); }
    void connection_closed(std::uint64_t, std::uint64_t) override { open_.fetch_sub(1, std::memory_order_relaxed); }
    std::uint64_t open() const { return open_.load(std::memory_order_relaxed); }

private:
    std::atomic<std::uint64_t> open_ = 0;
};

}  // namespace

// In the order in which they stand on each other.
struct IoWorker::Parts {
    Parts(async::IoThread& thread, const Shared& shared, const Settings& settings)
        : loop(thread.loop()),
          network(thread.network()),
          limits(settings.limits),
          random(make_system_random()),
          caller(loop, *random,
                 {.call_depth = settings.call_depth, .access_log = settings.access_log ? &shared.logger : nullptr}),
          slots(loop, shared.slots),
          names(http::make_system_names(loop, shared.blocking)),
          resolver(loop, *names),
          client(loop, network, {}),
          outbound(resolver, client),
          retirement(loop),
          runtime{{loop, *random, shared.logger, caller, outbound}, slots, retirement, bodies},
          pipeline({loop, *random, caller, shared.reports, settings.access_log ? &shared.logger : nullptr},
                   settings.pipeline),
          background(loop) {
        background.spawn(tidy());
    }

    // A drain ends the servers in good order; else they are cut.
    ~Parts() {
        background.cancel();
        servers.clear();
    }

    Result<> listen(const async::SocketAddress& address, bool reuse_port, http::Handler& handler) {
        TRY(auto listener, network.listen(address, {.reuse_port = reuse_port}));
        servers.push_back(std::make_unique<http::Server>(loop, std::move(listener), handler, limits, &connections));
        servers.back()->start();
        return {};
    }

    std::shared_ptr<model::Endpoint> endpoint_of(const LoadedService& service) {
        if (!service.app)
            return std::make_shared<runtime::ProcessEndpoint>(loop, resolver, client, service.spec.url);
        Result<std::unique_ptr<wasm::Pool>> pool = wasm::Pool::make(service.app);
        if (!pool)
            return std::make_shared<FailedEndpoint>(pool.error());
        runtime::GuestEndpoint::Settings settings{.environment = service.environment,
                                                  .limits = service.spec.limits,
                                                  .store = service.store,
                                                  .routes = service.routes,
                                                  .cpu_ns = &caller.stats_of(service.spec.name.value()).cpu_ns};
        auto endpoint = std::make_shared<runtime::GuestEndpoint>(runtime, std::move(*pool), std::move(settings));
        if (service.app->reuses_instances())
            reusing[service.spec.name.value()] = {endpoint, service.spec.reuse_idle};
        return endpoint;
    }

    // Frees what nothing has used for a while.
    async::Task<void> tidy() {
        while (true) {
            co_await loop.sleep_for(kTidyInterval);
            for (auto& [name, pooled] : reusing) {
                if (const auto endpoint = pooled.endpoint.lock())
                    endpoint->trim(pooled.idle);
            }
            wasm::Engine::release_freed_memory();
        }
    }

    // The application first: a call under way over the control API must not keep its port open.
    async::Task<void> drain(TimePoint deadline, std::function<void()> done) {
        for (auto& server : servers | std::views::reverse)
            co_await server->drain(deadline);
        done();
    }

    struct Pooled {
        std::weak_ptr<runtime::GuestEndpoint> endpoint;
        std::chrono::milliseconds idle{};
    };

    async::Loop& loop;
    async::Network& network;
    http::ServerLimits limits;
    std::unique_ptr<Random> random;
    mesh::Caller caller;
    runtime::SlotQueue slots;
    std::unique_ptr<http::NameSource> names;
    http::Resolver resolver;
    http::Client client;
    host::HttpOutbound outbound;
    runtime::BodyBudget bodies;
    runtime::RunRetirement retirement;  // after all that a guest which runs on may use
    runtime::RuntimePorts runtime;
    gateway::Pipeline pipeline;
    ConnectionCount connections;
    std::unordered_map<std::string, Pooled> reusing;
    std::vector<std::unique_ptr<http::Server>> servers;
    async::TaskGroup background;
};

IoWorker::IoWorker(Shared shared, Settings settings, const std::string& thread_name)
    : thread_(shared.clock), parts_(std::make_unique<Parts>(thread_, shared, settings)) {
    thread_.start(thread_name);
}

void IoWorker::close() {
    thread_.run_there([this] { parts_.reset(); });
}

IoWorker::~IoWorker() {
    close();
    thread_.stop();
    thread_.join();
}

const mesh::ServiceStats& IoWorker::install(const std::string& name,
                                            const std::shared_ptr<const LoadedService>& service) {
    const mesh::ServiceStats* stats = nullptr;
    thread_.run_there([&] {
        std::shared_ptr<model::Endpoint> endpoint;
        mesh::Bulkhead::Limits limits;
        auto occupancy = service ? service->occupancy : std::make_shared<mesh::Occupancy>();
        if (service) {
            endpoint = parts_->endpoint_of(*service);
            limits = {service->spec.concurrency, service->spec.queue, service->spec.queue_wait};
        } else {
            endpoint = std::make_shared<FailedEndpoint>(error("service_failed", "the service did not start"));
        }
        auto target = std::make_shared<mesh::Target>(parts_->loop, std::move(endpoint), limits, std::move(occupancy));
        stats = &parts_->caller.set_target(name, std::move(target));
    });
    return *stats;
}

void IoWorker::remove(const std::string& name) {
    thread_.run_there([&] { parts_->caller.set_target(name, nullptr); });
}

void IoWorker::set_routes(std::shared_ptr<const gateway::RouteTable> routes) {
    thread_.run_there([&] { parts_->pipeline.set_routes(std::move(routes)); });
}

Result<> IoWorker::listen(const async::SocketAddress& address) {
    Result<> listening;
    thread_.run_there([&] { listening = parts_->listen(address, true, parts_->pipeline); });
    return listening;
}

Result<> IoWorker::listen_control(const async::SocketAddress& address, http::Handler& handler) {
    Result<> listening;
    thread_.run_there([&] { listening = parts_->listen(address, false, handler); });
    return listening;
}

void IoWorker::drain(TimePoint deadline, std::function<void()> done) {
    thread_.run_there([&] { parts_->background.spawn(parts_->drain(deadline, std::move(done))); });
}

model::ServiceInvoker& IoWorker::invoker() {
    return parts_->caller;
}

Random& IoWorker::random() {
    return *parts_->random;
}

std::uint64_t IoWorker::connections() const {
    return parts_->connections.open();
}

}  // namespace skep::platform
