#include "host/detail/interface.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

const std::string* find_config(wasm::GuestTask& task, std::string_view key) {
    const auto& config = services_of(task).environment().config;
    const auto found = config.find(key);
    return found == config.end() ? nullptr : &found->second;
}

void get(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const std::string* value = find_config(task, args.text(0));
    if (value == nullptr)
        return std::move(call).done();
    std::move(call).done_text(Bytes::literal(*value));  // the environment outlives the guest
}

// wasi:config/store get: result<option<string>, error>, where error is a variant.
void get_from_store(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const std::string* value = find_config(task, args.text(0));
    if (value == nullptr)
        return std::move(call).done();
    std::move(call).done(wasm::HostValue{*value});
}

// wasi:config/store get-all: result<list<tuple<string, string>>, error>.
void get_all_from_store(wasm::GuestTask& task, HostArgs, HostCall call) {
    std::vector<wasm::HostValue> items;
    for (const auto& [key, value] : services_of(task).environment().config)
        items.push_back({std::vector<wasm::HostValue>{{key}, {value}}});
    std::move(call).done(wasm::HostValue{std::move(items)});
}

}  // namespace

Result<> add_config(wasm::HostFunctions& functions) {
    Interface interface(functions, "config", "config", Answered::at_once);
    TRY_DO(interface.add("get", {Param::string}, ResultShape::option_string, get));
    constexpr std::string_view kStore = "wasi:config/store@0.2.0-rc.1";
    TRY_DO(functions.add(kStore, "get", {{Param::string}, ResultShape::other, Answered::at_once}, get_from_store));
    return functions.add(kStore, "get-all", {{}, ResultShape::other, Answered::at_once}, get_all_from_store);
}

}  // namespace skep::host
