#include "wasm/host_functions.hpp"

#include <deque>

#include "wasm/detail/bridge.hpp"

namespace skep::wasm {

namespace {

// The items of lists live in `lists`, whose elements never move.
skep_arg raw_arg(const HostValue& value, std::deque<std::vector<skep_arg>>& lists) {
    skep_arg raw{};
    if (const auto* text = std::get_if<std::string_view>(&value.value)) {
        raw.kind = SKEP_ARG_BYTES;
        raw.value.bytes = to_raw(*text);
        return raw;
    }
    std::vector<skep_arg> items;
    for (const HostValue& item : std::get<std::vector<HostValue>>(value.value))
        items.push_back(raw_arg(item, lists));
    lists.push_back(std::move(items));
    raw.kind = SKEP_ARG_LIST;
    raw.count = static_cast<std::uint32_t>(lists.back().size());
    raw.value.items = lists.back().data();
    return raw;
}

}  // namespace

std::string_view HostArgs::text(std::size_t index) const {
    return to_view(args_[index].value.bytes);
}

std::uint64_t HostArgs::u64(std::size_t index) const {
    return args_[index].value.u64;
}

double HostArgs::f64(std::size_t index) const {
    return args_[index].value.f64;
}

HostCall::~HostCall() {
    if (raw_ != nullptr)
        skep_call_fail(take(), to_raw("cancelled"), to_raw("the call was given up"));
}

void HostCall::done() && {
    skep_call_done_none(take());
}

void HostCall::done(Bytes bytes) && {
    skep_call_done_bytes(take(), to_raw(std::move(bytes)));
}

void HostCall::done_text(Bytes text) && {
    skep_call_done_text(take(), to_raw(std::move(text)));
}

void HostCall::done_copy(std::string_view text) && {
    skep_call_done_copy(take(), to_raw(text));
}

void HostCall::done(const HostValue& value) && {
    std::deque<std::vector<skep_arg>> lists;
    const skep_arg raw = raw_arg(value, lists);
    skep_call_done_value(take(), &raw);
}

void HostCall::fail(const Error& error) && {
    skep_call_fail(take(), to_raw(error.name()), to_raw(error.message()));
}

void HostCall::trap(std::string_view reason) && {
    skep_call_trap(take(), to_raw(reason));
}

Result<std::unique_ptr<HostFunctions>> HostFunctions::make(Engine& engine) {
    skep_error* failure = nullptr;
    skep_hosts* raw = skep_hosts_new(engine.raw(), &failure);
    if (raw == nullptr)
        return skep::fail(take_error(failure));
    return std::unique_ptr<HostFunctions>(new HostFunctions(raw));
}

HostFunctions::~HostFunctions() {
    skep_hosts_free(raw_);
}

Result<> HostFunctions::add(std::string_view interface, std::string_view name, const Shape& shape,
                            HostFunction function) {
    std::vector<std::uint8_t> raw_params;
    for (const Param param : shape.params)
        raw_params.push_back(static_cast<std::uint8_t>(param));
    const skep_shape raw_shape{.params = raw_params.data(),
                               .param_count = raw_params.size(),
                               .result = static_cast<std::uint32_t>(shape.result),
                               .at_once = shape.answered == Answered::at_once ? 1U : 0U};
    functions_.push_back(std::make_unique<HostFunction>(std::move(function)));
    skep_error* failure = nullptr;
    if (!skep_hosts_func(raw_, to_raw(interface), to_raw(name), &raw_shape, functions_.back().get(), &failure))
        return skep::fail(take_error(failure));
    return {};
}

Result<> HostFunctions::add_core(std::string_view module, std::string_view name, CoreShape shape,
                                 HostFunction function) {
    std::vector<std::uint8_t> scalars(shape.i32s, SKEP_I32);
    scalars.insert(scalars.end(), shape.f64s, SKEP_F64);
    const skep_core_shape raw_shape{.strings = shape.strings,
                                    .result = static_cast<std::uint32_t>(shape.result),
                                    .scalars = scalars.data(),
                                    .scalar_count = scalars.size()};
    functions_.push_back(std::make_unique<HostFunction>(std::move(function)));
    skep_error* failure = nullptr;
    if (!skep_hosts_core_func(raw_, to_raw(module), to_raw(name), &raw_shape, functions_.back().get(), &failure))
        return skep::fail(take_error(failure));
    return {};
}

}  // namespace skep::wasm
