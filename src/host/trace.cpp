#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {

Result<> add_trace(wasm::HostFunctions& functions) {
    Interface interface(functions, "trace", "trace", Answered::at_once);
    const std::vector<Param> pair{Param::string, Param::string};
    TRY_DO(interface.add("set-attribute", pair, ResultShape::none, [](auto& task, HostArgs args, HostCall call) {
        services_of(task).set_attribute(args.text(0), args.text(1));
        std::move(call).done();
    }));
    TRY_DO(interface.add("add-event", pair, ResultShape::none, [](auto& task, HostArgs args, HostCall call) {
        services_of(task).log(LogLevel::debug, args.text(0), {{"event", std::string(args.text(1))}});
        std::move(call).done();
    }));
    TRY_DO(
        interface.add("start-span", {Param::string}, ResultShape::string, [](auto& task, HostArgs args, HostCall call) {
            answer(std::move(call), services_of(task).start_span(args.text(0)));
        }));
    return interface.add("end-span", {Param::string}, ResultShape::unit, [](auto& task, HostArgs args, HostCall call) {
        answer(std::move(call), services_of(task).end_span(args.text(0)));
    });
}

}  // namespace skep::host
