#pragma once
// Caller: the only ServiceInvoker. What every call to a service passes through.

#include <functional>
#include <memory>
#include <string>
#include <unordered_map>

#include "async/loop.hpp"
#include "base/random.hpp"
#include "mesh/bulkhead.hpp"
#include "mesh/service_stats.hpp"
#include "model/ports.hpp"
#include "observability/log.hpp"

namespace skep::mesh {

// One service as a Caller sees it: where it runs, and what bounds the calls to it. Shared with the calls in flight, so
// that a reload ends none of them.
struct Target {
    Target(async::Loop& loop, std::shared_ptr<model::Endpoint> place, Bulkhead::Limits limits,
           std::shared_ptr<Occupancy> occupancy = std::make_shared<Occupancy>())
        : endpoint(std::move(place)), bulkhead(loop, limits, std::move(occupancy)) {}

    std::shared_ptr<model::Endpoint> endpoint;
    Bulkhead bulkhead;
};

// One per io thread. Order: depth → target → deadline → bulkhead → endpoint → access log; retry, breaker and balancing
// will stand between deadline and bulkhead.
class Caller final : public model::ServiceInvoker {
public:
    struct Options {
        int call_depth = 8;
        Logger* access_log = nullptr;  // one line for each call; null: none
    };
    // `loop` and `random` outlive the caller.
    Caller(async::Loop& loop, Random& random, Options options);

    // Replaces what is called `name`; null: removes it. The statistics of the name go on; they live as long as the
    // caller.
    const ServiceStats& set_target(const std::string& name, std::shared_ptr<Target> target);

    // The statistics of `name`, for what is measured elsewhere.
    ServiceStats& stats_of(const std::string& name) { return entry_of(name).stats; }

    async::Task<Result<model::Response>> invoke(model::ServiceName service, model::Request request,
                                                model::CallContext context) override;

private:
    struct Entry {
        std::shared_ptr<Target> target;
        ServiceStats stats;
    };

    Entry& entry_of(const std::string& name);
    static async::Task<Result<model::Response>> call(std::shared_ptr<Target> target, model::Request request,
                                                     const model::CallContext& context);

    async::Loop& loop_;
    Random& random_;
    Options options_;
    std::unordered_map<std::string, std::unique_ptr<Entry>> entries_;
};

}  // namespace skep::mesh
