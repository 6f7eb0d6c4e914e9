#pragma once
// What the interfaces' files share.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "host/guest_services.hpp"
#include "wasm/guest_task.hpp"
#include "wasm/host_functions.hpp"

namespace skep::host {

using wasm::Answered;
using wasm::CoreResult;
using wasm::HostArgs;
using wasm::HostCall;
using wasm::Param;
using wasm::ResultShape;
using Shape = wasm::HostFunctions::Shape;
using CoreShape = wasm::HostFunctions::CoreShape;

// Every guest of this process runs with GuestServices as its host.
inline GuestServices& services_of(wasm::GuestTask& task) {
    return static_cast<GuestServices&>(task.host());
}

// Declares the same function for components, as skep:platform/`interface`@0.1.0 `name`, and for core modules, as
// `module`.`name` with '_' for '-'.
class Interface {
public:
    Interface(wasm::HostFunctions& functions, std::string_view interface, std::string_view module, Answered answered)
        : functions_(functions),
          interface_(fmt::format("skep:platform/{}@0.1.0", interface)),
          module_(module),
          answered_(answered) {}

    Result<> add(std::string_view name, std::vector<Param> params, ResultShape result,
                 const wasm::HostFunction& function);

private:
    wasm::HostFunctions& functions_;
    std::string interface_;
    std::string module_;
    Answered answered_;
};

// Completes `call` with a text, or as an option that is empty.
void answer(HostCall call, const Result<std::string>& result);
void answer_option(HostCall call, const std::string* value);
void answer(HostCall call, const Result<>& result);

}  // namespace skep::host
