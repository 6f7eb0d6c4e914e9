#include "host/detail/interface.hpp"

#include <algorithm>

namespace skep::host {
namespace {

CoreResult core_result_of(ResultShape result) {
    if (result == ResultShape::none)
        return CoreResult::none;
    return result == ResultShape::unit ? CoreResult::status : CoreResult::data;
}

}  // namespace

Result<> Interface::add(std::string_view name, std::vector<Param> params, ResultShape result,
                        const wasm::HostFunction& function) {
    CoreShape shape{.result = core_result_of(result)};
    for (const Param param : params)
        ++(param == Param::f64 ? shape.f64s : shape.strings);
    std::string core_name(name);
    std::ranges::replace(core_name, '-', '_');
    TRY_DO(functions_.add(interface_, name, {std::move(params), result, answered_}, function));
    return functions_.add_core(module_, core_name, shape, function);
}

void answer(HostCall call, const Result<std::string>& result) {
    if (result)
        std::move(call).done_copy(*result);
    else
        std::move(call).fail(result.error());
}

void answer_option(HostCall call, const std::string* value) {
    if (value == nullptr)
        std::move(call).done();
    else
        std::move(call).done_copy(*value);
}

void answer(HostCall call, const Result<>& result) {
    if (result)
        std::move(call).done();
    else
        std::move(call).fail(result.error());
}

}  // namespace skep::host
