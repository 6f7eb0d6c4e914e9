#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

void get(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const ServiceEnvironment& environment = services_of(task).environment();
    const auto found = environment.secrets.find(std::string(args.text(0)));
    if (found != environment.secrets.end())
        return std::move(call).done_copy(found->second);
    std::move(call).fail(error("secret_not_granted",
                               "the secret '{0}' is not granted: add secrets = [\"{0}\"] to [services.{1}]",
                               args.text(0), environment.name.value()));
}

}  // namespace

Result<> add_secrets(wasm::HostFunctions& functions) {
    Interface interface(functions, "secrets", "secrets");
    TRY_DO(interface.add("get", {Param::string}, ResultShape::string, get));
    return interface.add("get-bytes", {Param::string}, ResultShape::bytes, get);
}

}  // namespace skep::host
