#include "base/utf8.hpp"
#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

Result<const std::string*> find_secret(wasm::GuestTask& task, std::string_view name) {
    const ServiceEnvironment& environment = services_of(task).environment();
    const auto found = environment.secrets.find(std::string(name));
    if (found != environment.secrets.end())
        return &found->second;
    return fail("secret_not_granted", "the secret '{0}' is not granted: add secrets = [\"{0}\"] to [services.{1}]",
                name, environment.name.value());
}

void get(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto secret = find_secret(task, args.text(0));
    if (!secret)
        return std::move(call).fail(secret.error());
    if (!is_utf8(**secret))
        return std::move(call).fail(
            error("secret_not_text", "the secret '{}' is not UTF-8: read its bytes", args.text(0)));
    std::move(call).done_copy(**secret);
}

void get_bytes(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto secret = find_secret(task, args.text(0));
    if (!secret)
        return std::move(call).fail(secret.error());
    std::move(call).done_copy(**secret);
}

}  // namespace

Result<> add_secrets(wasm::HostFunctions& functions) {
    Interface interface(functions, "secrets", "secrets", Answered::at_once);
    TRY_DO(interface.add("get", {Param::string}, ResultShape::string, get));
    return interface.add("get-bytes", {Param::string}, ResultShape::bytes, get_bytes);
}

}  // namespace skep::host
