#include "host/detail/operation.hpp"
#include "host/host_interfaces.hpp"

namespace skep::host {
namespace {

using Operation = async::Task<Result<>> (store::HandlerTransaction::*)();

template <Operation kOperation>
void perform(wasm::GuestTask& task, HostArgs, HostCall call) {
    const auto transaction = services_of(task).transaction();
    if (!transaction)
        return std::move(call).fail(transaction.error());
    run(task, std::move(call), ((*transaction)->*kOperation)(), answer_done);
}

}  // namespace

Result<> add_transaction(wasm::HostFunctions& functions) {
    using store::HandlerTransaction;
    Interface interface(functions, "transaction", "transaction", Answered::later);
    TRY_DO(interface.add("begin", {}, ResultShape::unit, perform<&HandlerTransaction::begin>));
    TRY_DO(interface.add("commit", {}, ResultShape::unit, perform<&HandlerTransaction::commit>));
    return interface.add("rollback", {}, ResultShape::unit, perform<&HandlerTransaction::rollback>);
}

}  // namespace skep::host
