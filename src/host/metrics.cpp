#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

GuestMetrics& metrics_of(wasm::GuestTask& task) {
    return *services_of(task).environment().metrics;
}

}  // namespace

Result<> add_metrics(wasm::HostFunctions& functions) {
    Interface interface(functions, "metrics", "metrics", Answered::at_once);
    const std::vector<Param> params{Param::string, Param::f64};
    TRY_DO(interface.add("counter-add", params, ResultShape::unit, [](auto& task, HostArgs args, HostCall call) {
        answer(std::move(call), metrics_of(task).add(args.text(0), args.f64(1)));
    }));
    TRY_DO(interface.add("gauge-set", params, ResultShape::unit, [](auto& task, HostArgs args, HostCall call) {
        answer(std::move(call), metrics_of(task).set(args.text(0), args.f64(1)));
    }));
    return interface.add("histogram-record", params, ResultShape::unit, [](auto& task, HostArgs args, HostCall call) {
        answer(std::move(call), metrics_of(task).record(args.text(0), args.f64(1)));
    });
}

}  // namespace skep::host
