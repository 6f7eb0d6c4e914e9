#include "base/utf8.hpp"
#include "host/detail/operation.hpp"
#include "host/detail/sql_json.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

using Keys = std::vector<std::string>;

// The transaction, where every text among the arguments up to `texts` can be a key: a core module may send any bytes.
Result<store::HandlerTransaction*> keys_for(wasm::GuestTask& task, HostArgs args, std::size_t texts) {
    TRY(store::HandlerTransaction* const transaction, services_of(task).keys());
    for (std::size_t i = 0; i < texts; ++i) {
        if (!is_utf8(args.text(i)))
            return fail("kv_invalid", "the key is not UTF-8");
    }
    return transaction;
}

void answer_value(HostCall call, Result<std::optional<Bytes>> value) {
    if (!value)
        return std::move(call).fail(value.error());
    if (!value->has_value())
        return std::move(call).done();
    std::move(call).done(**std::move(value));
}

void answer_deleted(HostCall call, Result<bool> was_there) {
    if (was_there)
        std::move(call).done();
    else
        std::move(call).fail(was_there.error());
}

void answer_keys(HostCall call, Result<Keys> keys) {
    if (!keys)
        return std::move(call).fail(keys.error());
    std::vector<wasm::HostValue> items;
    for (const std::string& key : *keys)
        items.push_back({key});
    std::move(call).done(wasm::HostValue{std::move(items)});
}

void answer_keys_json(HostCall call, Result<Keys> keys) {
    if (keys)
        std::move(call).done(Bytes(json_of_keys(*keys)));
    else
        std::move(call).fail(keys.error());
}

void get(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto transaction = keys_for(task, args, 1);
    if (!transaction)
        return std::move(call).fail(transaction.error());
    run(task, std::move(call), (*transaction)->kv_get(std::string(args.text(0))), answer_value);
}

void set(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto transaction = keys_for(task, args, 1);
    if (!transaction)
        return std::move(call).fail(transaction.error());
    auto setting = (*transaction)->kv_set(std::string(args.text(0)), std::string(args.text(1)));
    run(task, std::move(call), std::move(setting), answer_done);
}

void remove(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto transaction = keys_for(task, args, 1);
    if (!transaction)
        return std::move(call).fail(transaction.error());
    run(task, std::move(call), (*transaction)->kv_delete(std::string(args.text(0))), answer_deleted);
}

template <void (*kAnswer)(HostCall, Result<Keys>)>
void list(wasm::GuestTask& task, HostArgs args, HostCall call) {
    const auto transaction = keys_for(task, args, 2);
    if (!transaction)
        return std::move(call).fail(transaction.error());
    const std::uint64_t limit = args.u64(2) & 0xFFFF'FFFF;
    auto listing = (*transaction)->kv_list(std::string(args.text(0)), std::string(args.text(1)), limit);
    run(task, std::move(call), std::move(listing), kAnswer);
}

}  // namespace

Result<> add_kv(wasm::HostFunctions& functions) {
    Interface interface(functions, "kv", "kv", Answered::later);
    TRY_DO(interface.add("get", {Param::string}, ResultShape::option_bytes, get));
    TRY_DO(interface.add("set", {Param::string, Param::bytes}, ResultShape::unit, set));
    TRY_DO(interface.add("delete", {Param::string}, ResultShape::unit, remove));
    const Shape shape{{Param::string, Param::string, Param::other}, ResultShape::other, Answered::later};
    TRY_DO(functions.add("skep:platform/kv@0.1.0", "list", shape, list<answer_keys>));
    const CoreShape core_shape{.strings = 2, .i32s = 1, .result = CoreResult::data};
    return functions.add_core("kv", "list", core_shape, list<answer_keys_json>);
}

}  // namespace skep::host
