#pragma once
// IoWorker: everything that lives on one io thread.

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "async/blocking_pool.hpp"
#include "async/io_thread.hpp"
#include "gateway/pipeline.hpp"
#include "host/service_environment.hpp"
#include "http/server.hpp"
#include "mesh/caller.hpp"
#include "platform/service_loader.hpp"
#include "runtime/guest_endpoint.hpp"

namespace skep::platform {

// Made, told what to do and destroyed by the platform's thread; its parts run on its own.
class IoWorker {
public:
    struct Shared {
        const Clock& clock;
        Logger& logger;
        runtime::SlotLedger& slots;
        const telemetry::Reports& reports;
        async::BlockingPool& blocking;
    };
    struct Settings {
        gateway::Pipeline::Settings pipeline;
        http::ServerLimits limits;
        int call_depth = 8;
        bool access_log = true;
    };
    IoWorker(Shared shared, Settings settings, const std::string& thread_name);
    ~IoWorker();

    // Ends everything on the thread, which still takes what pools have to say to it.
    void close();

    // Puts a revision in the place of the one of that name (null: failed, with the error to answer); the statistics of
    // the service on this thread, which live as long as the worker.
    const mesh::ServiceStats& install(const std::string& name, const std::shared_ptr<const LoadedService>& service);
    void remove(const std::string& name);
    void set_routes(std::shared_ptr<const gateway::RouteTable> routes);

    // Begins to serve the application on `address` (shared with the other workers).
    Result<> listen(const async::SocketAddress& address);
    // Begins to serve `handler` on `address`.
    Result<> listen_control(const async::SocketAddress& address, http::Handler& handler);

    // Starts to drain; `done` is called on the io thread when every connection has ended, or at `deadline`.
    void drain(TimePoint deadline, std::function<void()> done);

    async::IoThread& thread() { return thread_; }
    model::ServiceInvoker& invoker();
    Random& random();
    std::uint64_t connections() const;

private:
    struct Parts;
    async::IoThread thread_;
    std::unique_ptr<Parts> parts_;
};

}  // namespace skep::platform
