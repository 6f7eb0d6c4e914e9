#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

void current_key(wasm::GuestTask& task, HostArgs, HostCall call) {
    const auto* keyed = std::get_if<model::KeyedExecution>(&services_of(task).context().execution);
    answer_option(std::move(call), keyed == nullptr ? nullptr : &keyed->key);
}

}  // namespace

Result<> add_idempotency(wasm::HostFunctions& functions) {
    Interface interface(functions, "idempotency", "idempotency", Answered::at_once);
    return interface.add("current-key", {}, ResultShape::option_string, current_key);
}

}  // namespace skep::host
