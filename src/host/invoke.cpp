#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

async::Task<void> run_invoke(GuestServices& services, std::string service, std::string method, std::string body,
                             HostCall call) {
    Result<std::string> reply = co_await services.invoke(std::move(service), std::move(method), std::move(body));
    if (reply)
        std::move(call).done(Bytes(*std::move(reply)));
    else
        std::move(call).fail(reply.error());
}

void invoke(wasm::GuestTask& task, HostArgs args, HostCall call) {
    auto running = run_invoke(services_of(task), std::string(args.text(0)), std::string(args.text(1)),
                              std::string(args.text(2)), std::move(call));
    task.calls().spawn(std::move(running));
}

}  // namespace

Result<> add_invoke(wasm::HostFunctions& functions) {
    Interface interface(functions, "invoke", "service", Answered::later);
    return interface.add("invoke", {Param::string, Param::string, Param::bytes}, ResultShape::bytes, invoke);
}

}  // namespace skep::host
