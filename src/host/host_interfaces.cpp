#include "host/host_interfaces.hpp"

namespace skep::host {

Result<> add_all_interfaces(wasm::HostFunctions& functions) {
    for (const auto add : {add_invoke, add_config, add_secrets, add_log, add_metrics, add_trace, add_identity, add_sql,
                           add_kv, add_transaction, add_idempotency})
        TRY_DO(add(functions));
    return {};
}

}  // namespace skep::host
