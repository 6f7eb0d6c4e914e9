#include <optional>

#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {

namespace {

// Callers from outside have no identity until the gateway checks one; services do.
Result<std::optional<std::string>> identity_field(const model::CallContext& context, std::string_view field) {
    const bool is_service = context.caller.has_value();
    if (field == "kind")
        return is_service ? "service" : "anonymous";
    if (field == "service")
        return is_service ? std::optional(context.caller->value()) : std::nullopt;
    if (field == "subject" || field == "tenant" || field == "issuer")
        return std::nullopt;
    return fail("unknown_identity_field", "'{}' is no fact of a caller", field);
}

void get(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto value = identity_field(services_of(task).context(), args.text(0));
    if (!value)
        return std::move(call).fail(value.error());
    answer_option(std::move(call), value->has_value() ? &**value : nullptr);
}

}  // namespace

Result<> add_identity(wasm::HostFunctions& functions) {
    Interface interface(functions, "identity", "identity", Answered::at_once);
    TRY_DO(interface.add("get", {Param::string}, ResultShape::option_string, get));
    return interface.add("claim", {Param::string}, ResultShape::option_string,
                         [](auto&, HostArgs, HostCall call) { answer_option(std::move(call), nullptr); });
}

}  // namespace skep::host
